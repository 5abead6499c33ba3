namespace MLTransfer.Data.Cards;

/// <summary>What came out of an archive.</summary>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">Their bytes together.</param>
/// <param name="Skipped">Links and devices, which were left out: their names.</param>
internal sealed record Unpacked(int Files, long Bytes, IReadOnlyList<string> Skipped);
