using System.Text.Json;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>What is noted in an unpacked data set, to know it again: from which files it came, and how much came out of them.</summary>
internal sealed record DatasetReceipt(string Name, IReadOnlyList<string> Checksums, int Files, long Bytes, IReadOnlyList<string> Skipped)
{
    /// <summary>The note's name; hidden, so that it is no part of the data.</summary>
    public const string FileName = ".mltransfer-dataset.json";

    /// <summary>Counts what lies in a folder.</summary>
    public static DatasetReceipt Of(DatasetCard card, string folder, IReadOnlyList<string> skipped)
    {
        (int files, long bytes) = (0, 0L);
        // No link comes out of an archive; one that was added later may lead anywhere, even round and round.
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

    /// <summary>The note in a folder; null where there is none, or none that can be read.</summary>
    public static DatasetReceipt? In(string folder)
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

    /// <summary>Whether the same card brought as many files and bytes.</summary>
    public bool Agrees(DatasetReceipt other) =>
        Name == other.Name && Checksums.SequenceEqual(other.Checksums) && (Files, Bytes) == (other.Files, other.Bytes);
}
