using System.Globalization;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>A file that lists images and their classes: CSV, TSV or JSON lines.</summary>
internal static class Manifest
{
    private const int Named = 5;
    private static readonly string[] Tables = [".csv", ".tsv", ".tab"], JsonLines = [".jsonl", ".ndjson", ".json"];

    public static bool LooksLike(string path) =>
        Tables.Concat(JsonLines).Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">It is damaged, contradicts itself, or names images that it may not.</exception>
    public static ImageDataset Read(string path, ImageDatasetOptions options)
    {
        ManifestErrors errors = new(path);
        string text = ManifestText.Read(path, errors);
        bool isJson = JsonLines.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        ManifestTable table = isJson ? JsonLinesTable.Read(text, errors) : CsvTable.Read(text, errors);
        var columns = ManifestColumns.Of(table.Columns, options, errors);
        ManifestPaths paths = new(path, options, errors);
        if (columns.IsImageById && table.Lines is [var first, ..] && first.Fields[columns.Image] is { } id
            && !string.IsNullOrWhiteSpace(id))
            paths.RequireFile(id, first.Number);
        var rows = table.Lines.Select(line => (line.Number, Row: Row(line, columns, paths, errors))).ToList();
        return new ImageDataset(path, isJson ? "manifest, JSON lines" : "manifest, table",
            Distinct(path, rows, errors, out string[] warnings), classes: null, warnings);
    }

    private static ImageRow Row(ManifestLine line, ManifestColumns columns, ManifestPaths paths, ManifestErrors errors)
    {
        string Needed(int column, string what) => line.Fields[column] is { } field && !string.IsNullOrWhiteSpace(field) ? field
            : throw errors.At(line.Number, $"has no {what}", "Fill it in, or take the line out.");
        return new ImageRow(
            paths.Resolve(Needed(columns.Image, "image"), line.Number),
            Spelling.Composed(Needed(columns.Label, "label")),
            columns.Split < 0 ? null : SplitNames.Of(Needed(columns.Split, "split")),
            columns.Weight < 0 || string.IsNullOrWhiteSpace(line.Fields[columns.Weight]) ? null
            : Weight(line.Fields[columns.Weight]!, line.Number, errors));
    }

    private static float Weight(string field, int line, ManifestErrors errors) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float weight) && weight > 0 && float.IsFinite(weight)
            ? weight
            : throw errors.At(line, $"has the weight '{field}'", "A positive number is expected, such as 1 or 0.5.");

    /// <summary>Each image once. An image with two classes, or in two splits, is an error: one of the lines is wrong.</summary>
    private static List<ImageRow> Distinct(string path, List<(int Line, ImageRow Row)> rows, ManifestErrors errors, out string[] warnings)
    {
        Dictionary<string, (int Line, ImageRow Row)> first = new(StringComparer.Ordinal);
        List<string> contradictions = [], repetitions = [];
        foreach ((int line, ImageRow row) in rows)
        {
            if (first.TryAdd(row.ImagePath, (line, row)))
                continue;
            (int earlier, ImageRow same) = first[row.ImagePath];
            if (same.Label != row.Label)
                contradictions.Add($"lines {earlier} and {line} say that '{row.ImagePath}' is '{same.Label}' and '{row.Label}'");
            else if (same.Split != row.Split)
                contradictions.Add($"lines {earlier} and {line} put '{row.ImagePath}' into '{same.Split}' and '{row.Split}'");
            else
                repetitions.Add($"{line} (as {earlier})");
        }
        if (contradictions.Count > 0)
            throw errors.Of(string.Join("; ", contradictions.Take(Named)) + More(contradictions.Count), "Keep one line for each image.");
        warnings = repetitions.Count == 0 ? []
            : [$"The manifest '{path}' lists {repetitions.Count:N0} images again, in lines "
            + $"{string.Join(", ", repetitions.Take(Named))}{More(repetitions.Count)}; each counts once."];
        return [.. first.Values.Select(item => item.Row)];
    }

    private static string More(int count) => count > Named ? $" and {count - Named:N0} more" : "";
}
