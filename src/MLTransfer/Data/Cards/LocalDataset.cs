namespace MLTransfer.Data.Cards;

/// <summary>A published data set that lies on this machine.</summary>
/// <param name="Card">What is known of it.</param>
/// <param name="Folder">Where it lies.</param>
/// <param name="WasThere">Whether it was there before.</param>
/// <param name="Files">How many files it has.</param>
/// <param name="Bytes">Their bytes together.</param>
/// <param name="Skipped">Entries of its archives that were left out, as links are.</param>
public sealed record LocalDataset(DatasetCard Card, string Folder, bool WasThere, int Files, long Bytes, IReadOnlyList<string> Skipped)
{
    /// <summary>
    /// Where its labelled images lie, by the names of its parts: a manifest of all, or a place for each part; empty where there are none.
    /// </summary>
    public IReadOnlyDictionary<string, string> Places => Card.Layout == DatasetLayout.Lists
        ? new Dictionary<string, string> { ["all"] = Path.Combine(Folder, DatasetLists.Manifest) }
        : Card.Splits.Where(split => split.Path is not null)
        .ToDictionary(split => split.Name, split => Path.Combine([Folder, .. split.Path!.Split('/')]));
}
