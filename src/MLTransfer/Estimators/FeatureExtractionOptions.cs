using MLTransfer.Errors;

namespace MLTransfer;

/// <summary>Training a new head on the features of a frozen backbone: each image goes through it once.</summary>
public sealed record FeatureExtractionOptions : ImageClassificationOptions
{
    /// <summary>Creates the options with their defaults; the optimizer is Adam.</summary>
    public FeatureExtractionOptions() => Optimizer = OptimizerKind.Adam;

    /// <summary>3e-3 for Adam and AdamW, 3e-2 for SGD.</summary>
    public override double RecommendedLearningRate => Optimizer == OptimizerKind.Sgd ? 3e-2 : 3e-3;

    /// <summary>
    /// A folder that keeps features for the next training. They are found again by the weights, the preprocessing and the content of each
    /// image, so they are never stale. Default: null, features are kept in memory only.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Hears why the cache is not used, and the training goes on without it. Null: a cache that cannot be opened is an error.
    /// </summary>
    internal Action<string>? CacheLost { get; init; }

    internal FeatureExtractionOptions Checked() =>
        Check.All(this, [.. Complaints(), CacheFolder is null ? null : Check.Named(CacheFolder)]);
}
