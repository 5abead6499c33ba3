namespace MLTransfer.Data;

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
