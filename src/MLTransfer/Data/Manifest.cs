using System.Globalization;
using MLTransfer.Errors;
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

/// <summary>Which columns of a manifest are meant; -1 where there is none.</summary>
internal readonly record struct ManifestColumns(int Image, int Label, int Split, int Weight)
{
    private static readonly string[] Images =
    [
        "imagepath", "image", "filepath", "path", "filename", "file", "imagefile", "imagename", "img", "imgpath", "picture", "photo",
        "imagesource", "imagefilename",
    ];

    private static readonly string[] Ids = ["imageid", "id"];

    // Names before numbers.
    private static readonly string[] Labels =
    [
        "label", "class", "category", "target", "classname", "labelname", "categoryname", "labels", "species", "classid", "labelid",
        "categoryid",
    ];

    private static readonly string[] Splits = ["split", "set", "subset", "fold", "partition", "dataset"];
    private static readonly string[] Weights = ["weight", "sampleweight"];

    /// <summary>Whether images are named by what need not be a file name.</summary>
    public bool IsImageById { get; private init; }

    /// <exception cref="InvalidDataException">There is no column of images or of labels, or none of a name that the options
    /// give.</exception>
    public static ManifestColumns Of(IReadOnlyList<string> columns, ImageDatasetOptions options, ManifestErrors errors)
    {
        ManifestColumns found = new(
            Find(columns, options.ImageColumn, Images, errors), Find(columns, options.LabelColumn, Labels, errors),
            Find(columns, options.SplitColumn, Splits, errors), Find(columns, options.WeightColumn, Weights, errors));
        if (found.Image < 0 && Find(columns, named: null, Ids, errors) is >= 0 and var id)
            found = found with { Image = id, IsImageById = true };
        string? missing = (found.Image < 0, found.Label < 0) switch
        {
            (true, true) => "no column with the images (such as 'image') and none with the labels (such as 'label')",
            (true, false) => "no column with the images, such as 'image', 'path' or 'file'",
            (false, true) => "no column with the labels, such as 'label', 'class' or 'category'",
            _ => null,
        };
        return missing is null ? found
            : throw errors.Of($"it has {missing}. Its columns are {Listed(columns)}",
            "Name the columns in the first line so, or say which they are.");
    }

    private static int Find(IReadOnlyList<string> columns, string? named, string[] usual, ManifestErrors errors)
    {
        if (named is not null)
        {
            int at = columns.ToList().FindIndex(column => column.Equals(named, StringComparison.OrdinalIgnoreCase));
            return at >= 0 ? at : throw errors
                .Of($"it has no column '{named}'. Its columns are {Listed(columns)}", "Give the name of one of them.");
        }
        string[] plain = [.. columns.Select(column => string.Concat(column.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant())];
        return usual.Select(name => Array.IndexOf(plain, name)).FirstOrDefault(at => at >= 0, -1);
    }

    private static string Listed(IReadOnlyList<string> columns) => string.Join(", ", columns.Take(20).Select(column => $"'{column}'"));
}

/// <summary>
/// Paths in a manifest, which are relative to its folder or to one that was given, and do not leave it unless that is allowed.
/// </summary>
internal sealed class ManifestPaths
{
    private readonly string _folder, _fullFolder;
    private readonly ImageDatasetOptions _options;
    private readonly ManifestErrors _errors;
    private readonly SpelledPaths _spelled = new();
    private string _extension = "";

    public ManifestPaths(string manifest, ImageDatasetOptions options, ManifestErrors errors)
    {
        _folder = options.ImageFolder ?? Path.GetDirectoryName(manifest) ?? "";
        _fullFolder = Path.GetFullPath(options.ImageFolder ?? Path.GetDirectoryName(Path.GetFullPath(manifest))!);
        (_options, _errors) = (options, errors);
        if (options.ImageFolder is not null && !Directory.Exists(options.ImageFolder))
            throw errors.Of($"its images are looked for in '{options.ImageFolder}', which is no folder",
                "Give the folder that its names are relative to.");
    }

    /// <summary>Whether a full path lies below a full folder.</summary>
    public static bool IsBelow(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".."
            && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
    }

    /// <exception cref="InvalidDataException">It leads out of the folder, or is no path.</exception>
    public string Resolve(string path, int line)
    {
        if (path.Contains('\0'))
            throw _errors.At(line, "names an image by something that is no path", "Give the path of a file.");
        string suffix = _options.ImageSuffix ?? "", name = path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? path : path + suffix;
        // A backslash is a letter of a name on some systems, and a separator in manifests written on Windows.
        string literal = Path.GetFullPath(Path.Combine(_fullFolder, name));
        string full = Path.GetFullPath(Path.Combine(_fullFolder, name.Replace('\\', '/')));
        if (name.Contains('\\') && IsBelow(_fullFolder, literal) && IsImage(literal))
            full = literal;
        // Nothing is looked for on disk before that is clear.
        if (!IsBelow(_fullFolder, full) && !_options.AllowOutsidePaths)
        {
            throw _errors.At(
                line,
                $"names '{path}', which lies outside {(_options.ImageFolder is null ? "the manifest's folder" : $"'{_folder}'")}",
                "Put the manifest beside the images, or, if you trust it, allow such paths: --allow-outside-paths, "
                + "AllowOutsidePaths in code.");
        }
        full = WithExtension(_spelled.OnDisk(full));
        return IsBelow(_fullFolder, full) ? Path.Combine(_folder, Path.GetRelativePath(_fullFolder, full)) : full;
    }

    /// <exception cref="InvalidDataException">There is no such file.</exception>
    public void RequireFile(string path, int line)
    {
        string resolved = Resolve(path, line);
        if (!IsImage(Path.GetFullPath(resolved)))
        {
            throw _errors.At(
                line,
                $"names the image '{path}', but there is no file '{resolved}'",
                "Say where the images are and how their names end: --image-folder and --image-suffix, such as --image-suffix .jpg; "
                + "ImageFolder and ImageSuffix in code.");
        }
    }

    private string WithExtension(string path)
    {
        if (_options.ImageSuffix is not null || ImageFiles.IsImage(path) || IsImage(path))
            return path;
        // All images of a data set mostly have the extension of the first.
        if (_extension.Length == 0 || !File.Exists(path + _extension))
            _extension = ImageFiles.Extensions.FirstOrDefault(extension => File.Exists(path + extension), "");
        return path + _extension;
    }

    private static bool IsImage(string full) =>
        UnixNames.FileExists(full) || (ContainerPath.Parse(full) is var (container, entry) && container.TryOpen()?.Length(entry) >= 0);
}

/// <summary>The wording of what is wrong with a manifest.</summary>
internal sealed class ManifestErrors(string path)
{
    private const int LongestReason = 1000;

    public InvalidDataException At(int line, string reason, string remedy) => Of($"line {line} {reason}", remedy);

    public InvalidDataException Of(string reason, string remedy) =>
        new($"The manifest '{path}' cannot be used: {Printable.Of(reason, LongestReason)}. {remedy}");
}
