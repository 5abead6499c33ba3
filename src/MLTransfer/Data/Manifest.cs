using System.Globalization;
using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>A file that lists images and their classes: CSV, TSV or JSON lines.</summary>
internal static class Manifest
{
    private const int NamedLines = 5;
    private static readonly string[] Tables = [".csv", ".tsv", ".tab"], JsonLines = [".jsonl", ".ndjson", ".json"];

    public static bool LooksLike(string path) =>
        Tables.Concat(JsonLines).Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <exception cref="InvalidDataException">It is damaged, contradicts itself, or names images outside its folder.</exception>
    public static ImageDataset Read(string path, ImageDatasetOptions options)
    {
        ManifestErrors errors = new(path);
        string text = ManifestText.Read(path, errors);
        bool isJson = JsonLines.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        ManifestTable table = isJson ? JsonLinesTable.Read(text, errors) : CsvTable.Read(text, errors);
        var columns = ManifestColumns.Find(table.Columns, options, errors);
        ManifestPaths paths = new(path, options, errors);
        if (columns.IsImageById && table.Lines is [var first, ..] && first.Fields[columns.Image] is { } id
            && !string.IsNullOrWhiteSpace(id))
            paths.RequireFile(id, first.Number);
        var lines = table.Lines.Select(line => (line.Number, Row: Row(line, columns, paths, errors))).ToList();
        List<ImageRow> rows = Distinct(path, lines, errors, out string[] warnings);
        return new ImageDataset(path, isJson ? "manifest, JSON lines" : "manifest, table", rows, classes: null, warnings);
    }

    private static ImageRow Row(ManifestLine line, ManifestColumns columns, ManifestPaths paths, ManifestErrors errors)
    {
        string? weight = columns.Weight < 0 ? null : line.Fields[columns.Weight];
        return new ImageRow(
            paths.Resolve(Required(line, columns.Image, "image", errors), line.Number),
            Spelling.ToComposed(Required(line, columns.Label, "label", errors)),
            columns.Split < 0 ? null : SplitNames.Normalize(Required(line, columns.Split, "split", errors)),
            string.IsNullOrWhiteSpace(weight) ? null : Weight(weight, line.Number, errors));
    }

    private static string Required(ManifestLine line, int column, string what, ManifestErrors errors) =>
        line.Fields[column] is { } field && !string.IsNullOrWhiteSpace(field)
            ? field
            : throw errors.InLine(line.Number, $"has no {what}", "Fill it in, or take the line out.");

    private static float Weight(string field, int line, ManifestErrors errors) =>
        float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out float weight) && weight > 0 && float.IsFinite(weight)
            ? weight
            : throw errors.InLine(line, $"has the weight '{field}'", "A positive number is expected, such as 1 or 0.5.");

    /// <summary>Lists each image once. An image with two classes or in two splits is an error.</summary>
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
            throw errors.InManifest(Printable.FirstOf(contradictions, NamedLines, separator: "; "), "Keep one line for each image.");
        warnings = repetitions.Count == 0 ? []
            : [$"The manifest '{path}' lists {repetitions.Count:N0} images again, in lines {Printable.FirstOf(repetitions, NamedLines)}; "
                + "each counts once."];
        return [.. first.Values.Select(item => item.Row)];
    }
}

/// <summary>The indices of the columns of a manifest that are used; -1 for a missing one.</summary>
internal readonly record struct ManifestColumns(int Image, int Label, int Split, int Weight)
{
    private static readonly string[] Images =
    [
        "imagepath", "image", "filepath", "path", "filename", "file", "imagefile", "imagename", "img", "imgpath", "picture", "photo",
        "imagesource", "imagefilename",
    ];

    private static readonly string[] Ids = ["imageid", "id"];

    // Columns of names take precedence over columns of numbers.
    private static readonly string[] Labels =
    [
        "label", "class", "category", "target", "classname", "labelname", "categoryname", "labels", "species", "classid", "labelid",
        "categoryid",
    ];

    private static readonly string[] Splits = ["split", "set", "subset", "fold", "partition", "dataset"];
    private static readonly string[] Weights = ["weight", "sampleweight"];

    /// <summary>Whether the image column contains ids, which need not be file names.</summary>
    public bool IsImageById { get; private init; }

    /// <exception cref="InvalidDataException">There is no column of images or of labels, or no column that the options name.</exception>
    public static ManifestColumns Find(IReadOnlyList<string> columns, ImageDatasetOptions options, ManifestErrors errors)
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
            : throw errors.InManifest(
                $"it has {missing}. Its columns are {Listed(columns)}", "Name the columns in the first line so, or say which they are.");
    }

    private static int Find(IReadOnlyList<string> columns, string? named, string[] usual, ManifestErrors errors)
    {
        if (named is not null)
        {
            int at = columns.ToList().FindIndex(column => column.Equals(named, StringComparison.OrdinalIgnoreCase));
            return at >= 0 ? at : throw errors.InManifest(
                $"it has no column '{named}'. Its columns are {Listed(columns)}", "Give the name of one of them.");
        }
        string[] plain = [.. columns.Select(column => string.Concat(column.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant())];
        return usual.Select(name => Array.IndexOf(plain, name)).FirstOrDefault(at => at >= 0, -1);
    }

    private static string Listed(IReadOnlyList<string> columns) => string.Join(", ", columns.Take(20).Select(column => $"'{column}'"));
}

/// <summary>
/// Resolves paths in a manifest, relative to its folder or to a given one, which they must not leave unless that is allowed.
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
            throw errors.InManifest($"its images are looked for in '{options.ImageFolder}', which is not a folder",
                "Give the folder that its names are relative to.");
    }

    /// <summary>Whether a path is below a folder; both may be relative to the current folder.</summary>
    public static bool IsBelow(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".."
            && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
    }

    /// <exception cref="InvalidDataException">It leads out of the folder, or is not a path.</exception>
    public string Resolve(string path, int line)
    {
        if (path.Contains('\0'))
            throw _errors.InLine(line, "names an image by something that is not a path", "Give the path of a file.");
        string suffix = _options.ImageSuffix ?? "", name = path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? path : path + suffix;
        // A backslash may be part of a file name on Unix, and is a separator in manifests written on Windows.
        string literal = Path.GetFullPath(Path.Combine(_fullFolder, name));
        string full = Path.GetFullPath(Path.Combine(_fullFolder, name.Replace('\\', '/')));
        if (name.Contains('\\') && IsBelow(_fullFolder, literal) && IsImage(literal))
            full = literal;
        // Checked before anything is looked up on disk outside the folder.
        if (!IsBelow(_fullFolder, full) && !_options.AllowOutsidePaths)
        {
            throw _errors.InLine(
                line,
                $"names '{path}', which lies outside {(_options.ImageFolder is null ? "the manifest's folder" : $"'{_folder}'")}",
                "Put the manifest next to the images, or, if you trust it, allow such paths: --allow-outside-paths, "
                + "AllowOutsidePaths in code.");
        }
        full = WithExtension(_spelled.FindOnDisk(full));
        return IsBelow(_fullFolder, full) ? Path.Combine(_folder, Path.GetRelativePath(_fullFolder, full)) : full;
    }

    /// <exception cref="InvalidDataException">There is no such file.</exception>
    public void RequireFile(string path, int line)
    {
        string resolved = Resolve(path, line);
        if (!IsImage(Path.GetFullPath(resolved)))
        {
            throw _errors.InLine(
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
        // Most data sets use one extension, so that of the previous image is tried first.
        if (_extension.Length == 0 || !File.Exists(path + _extension))
            _extension = ImageFiles.Extensions.FirstOrDefault(extension => File.Exists(path + extension), "");
        return path + _extension;
    }

    private static bool IsImage(string full) =>
        UnixNames.FileExists(full) || (ContainerPath.Parse(full) is var (container, entry) && container.TryOpen()?.Length(entry) >= 0);
}

/// <summary>The errors of a manifest.</summary>
internal sealed class ManifestErrors(string path)
{
    private const int LongestReason = 1000;

    public InvalidDataException InLine(int line, string reason, string remedy) => InManifest($"line {line} {reason}", remedy);

    public InvalidDataException InManifest(string reason, string remedy) =>
        new($"The manifest '{path}' cannot be used: {Printable.Sanitize(reason, LongestReason)}. {remedy}");
}
