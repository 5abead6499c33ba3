using System.Text.Json;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>A note in an unpacked data set, to recognize it: the hashes of its archives, and the number and size of its files.</summary>
internal sealed record DatasetReceipt(string Name, IReadOnlyList<string> Checksums, int Files, long Bytes, IReadOnlyList<string> Skipped)
{
    /// <summary>The name of the note; hidden, so that it is not part of the data.</summary>
    public const string FileName = ".mltransfer-dataset.json";

    /// <summary>Creates the receipt of a folder by counting its files.</summary>
    public static DatasetReceipt Create(DatasetCard card, string folder, IReadOnlyList<string> skipped)
    {
        (int files, long bytes) = (0, 0L);
        // Unpacking creates no links; one that was added later may lead anywhere, even in a circle.
        EnumerationOptions withoutLinks = new()
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
            IgnoreInaccessible = false,
        };
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", withoutLinks).Where(file => file.Name != FileName))
            (files, bytes) = (files + 1, bytes + file.Length);
        return new(card.Name, [.. card.Files.Select(file => file.Checksum?.Digits ?? "")], files, bytes, skipped);
    }

    /// <summary>Reads the note in a folder; null where there is none, or it is damaged.</summary>
    public static DatasetReceipt? TryRead(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<DatasetReceipt>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public void WriteTo(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this));

    /// <summary>Whether both are of the same card, with as many files and bytes.</summary>
    public bool Matches(DatasetReceipt other) =>
        Name == other.Name && Checksums.SequenceEqual(other.Checksums) && (Files, Bytes) == (other.Files, other.Bytes);
}
