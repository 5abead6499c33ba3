using System.Text.RegularExpressions;
using MLTransfer.Files;

namespace MLTransfer.Data.Cards;

/// <summary>Generates a manifest from the text files that list a data set's images.</summary>
internal static class DatasetLists
{
    public const string Manifest = "manifest.csv";

    /// <exception cref="InvalidDataException">A list is empty, missing, or names an image that does not exist.</exception>
    public static void WriteManifest(DatasetCard card, string folder) =>
        ManifestWriter.Write(Path.Combine(folder, Manifest), [.. card.Lists.SelectMany(list => Rows(list, folder))]);

    private static List<ImageRow> Rows(DatasetList list, string folder)
    {
        string path = Path.Combine(folder, list.File);
        if (!File.Exists(path))
            throw new InvalidDataException(
                $"There is no list '{list.File}' in the data set; its publishers have packed it otherwise than its card says.");
        var line = new Regex(list.Line, RegexOptions.NonBacktracking);
        List<ImageRow> rows = [.. File.ReadLines(path).Select(text => line.Match(text)).Where(match => match.Success)
            .Select(match => Row(match, list, folder))];
        if (rows.Count == 0)
            throw new InvalidDataException(
                $"The list '{list.File}' names no image; its publishers have written it otherwise than its card says.");
        return rows;
    }

    private static ImageRow Row(Match match, DatasetList list, string folder)
    {
        string label = match.Groups["label"].Value;
        string name = list.Image.Replace("{label}", label, StringComparison.Ordinal)
            .Replace("{name}", match.Groups["name"].Value, StringComparison.Ordinal);
        string image = Path.Combine([folder, .. EntryNames.PathParts(name)]);
        return File.Exists(image)
            ? new ImageRow(image, label, SplitNames.Normalize(list.Split))
            : throw new InvalidDataException($"The list '{list.File}' names the image '{name}', which is not in the data set.");
    }
}
