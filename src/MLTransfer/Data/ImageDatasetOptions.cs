namespace MLTransfer.Data;

/// <summary>How a data set is read; most need nothing.</summary>
public sealed record ImageDatasetOptions
{
    /// <summary>The defaults.</summary>
    public static ImageDatasetOptions Default { get; } = new();

    /// <summary>The column of a manifest with the pictures' paths. Default: null, found by its name (image, path, file, filename, …).</summary>
    public string? ImageColumn { get; init; }

    /// <summary>The column of a manifest with the classes. Default: null, found by its name (label, class, category, …).</summary>
    public string? LabelColumn { get; init; }

    /// <summary>The column of a manifest with the splits. Default: null, found by its name (split, set, subset, fold) where there is one.</summary>
    public string? SplitColumn { get; init; }

    /// <summary>The column of a manifest with the weights. Default: null, found by its name (weight, sample_weight) where there is one.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>
    /// Whether a manifest may name pictures outside its own folder, by absolute paths or by <c>../</c>. Default: false, since a manifest from
    /// elsewhere could make any file of this machine part of a data set.
    /// </summary>
    public bool AllowOutsidePaths { get; init; }
}
