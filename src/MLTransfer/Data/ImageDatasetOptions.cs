namespace MLTransfer.Data;

/// <summary>How a data set is read; most data sets need no options.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>The defaults.</summary>
    public static ImageDatasetOptions Default { get; } = new();

    /// <summary>
    /// The column of a manifest with the images' paths. Default: null, found by its name (image, path, file, filename, …).
    /// </summary>
    public string? ImageColumn { get; init; }

    /// <summary>The column of a manifest with the classes. Default: null, found by its name (label, class, category, …).</summary>
    public string? LabelColumn { get; init; }

    /// <summary>
    /// The column of a manifest with the splits. Default: null, found by its name (split, set, subset, fold, …) where there is one.
    /// </summary>
    public string? SplitColumn { get; init; }

    /// <summary>
    /// The column of a manifest with the weights. Default: null, found by its name (weight, sample_weight) where there is one.
    /// </summary>
    public string? WeightColumn { get; init; }

    /// <summary>
    /// Whether a manifest may name images outside its own folder, by absolute paths or by <c>../</c>. Default: false, since a manifest of
    /// unknown origin could make any file of this machine part of a data set.
    /// </summary>
    public bool AllowOutsidePaths { get; init; }

    /// <summary>
    /// The folder that a manifest's paths are relative to and must not leave. Default: null, the manifest's own folder.
    /// </summary>
    public string? ImageFolder { get; init; }

    /// <summary>
    /// Appended to the names in a manifest that do not end with it, such as <c>.jpg</c> where images are named by numbers. Default: null; a
    /// name without an extension that is not a file is completed by the extension that the files have.
    /// </summary>
    public string? ImageSuffix { get; init; }

    /// <summary>
    /// Whether the data set is only evaluated, against the classes of a model. It may then have a single class, class folders without
    /// images, and splits with classes that the split <c>train</c> lacks. Default: false.
    /// </summary>
    public bool IsTestSet { get; init; }
}
