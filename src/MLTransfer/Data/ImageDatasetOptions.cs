namespace MLTransfer.Data;

/// <summary>How a data set is read; most need nothing.</summary>
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
    /// The column of a manifest with the splits. Default: null, found by its name (split, set, subset, fold) where there is one.
    /// </summary>
    public string? SplitColumn { get; init; }

    /// <summary>
    /// The column of a manifest with the weights. Default: null, found by its name (weight, sample_weight) where there is one.
    /// </summary>
    public string? WeightColumn { get; init; }

    /// <summary>
    /// Whether a manifest may name images outside its own folder, by absolute paths or by <c>../</c>. Default: false, since a manifest from
    /// elsewhere could make any file of this machine part of a data set.
    /// </summary>
    public bool AllowOutsidePaths { get; init; }

    /// <summary>
    /// The folder that a manifest's paths are relative to; they must not leave it. Default: null, the manifest's own folder.
    /// </summary>
    public string? ImageFolder { get; init; }

    /// <summary>
    /// What is added to the names in a manifest that do not end with it, such as <c>.jpg</c> where images are named by numbers. Default:
    /// null, the extension that the files have, where a name without one is no file.
    /// </summary>
    public string? ImageSuffix { get; init; }

    /// <summary>
    /// Whether the data set is only evaluated, against the classes of a model: then it may have one class only, class folders without
    /// images, and splits with classes that the split <c>train</c> lacks. Default: false.
    /// </summary>
    public bool IsTestSet { get; init; }
}
