using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer;

/// <summary>Options of <c>ml.Data.InspectImages</c>: the backbone whose features are compared, and what is reported.</summary>
public sealed record ImageDataInspectionOptions : IBackboneOptions
{
    /// <summary>
    /// The column with the images: paths (text), encoded files (vector of bytes) or <c>MLImage</c>. Default: null, the column found by its
    /// type, as <see cref="ImageClassificationOptions.ImageColumnName"/> says.
    /// </summary>
    public string? ImageColumnName { get; init; }

    /// <summary>The column with the classes, text or keys; rows without one are left out. Default: <c>Label</c>.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>The network; see <see cref="ImageClassificationOptions.Backbone"/>. Default: <c>resnet18</c>.</summary>
    public string Backbone { get; init; } = "resnet18";

    /// <summary>Its weights; see <see cref="ImageClassificationOptions.Weights"/>. Default: <c>default</c>.</summary>
    public string? Weights { get; init; } = WeightsReference.Default;

    /// <summary>Where weights that are not a file are looked for. Default: <see cref="WeightStore.Default"/>.</summary>
    public WeightStore WeightStore { get; init; } = WeightStore.Default;

    /// <summary>
    /// The side in pixels of what the network sees. Default: null, what its weights were trained with, or less for small images, as
    /// <see cref="ImageClassificationOptions.ImageSize"/> says.
    /// </summary>
    public int? ImageSize { get; init; }

    /// <summary>What images go through before the network sees them. Default: null, what its weights were trained with.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The number format of the network. Default: <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>Where the network runs. Default: <see cref="DeviceKind.Auto"/>.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>Threads that read and transform images. Default: 0, as many as there are processors.</summary>
    public int LoaderThreads { get; init; }

    /// <summary>The most pixels, width × height, of an image; larger ones count as unreadable. Default: 178,956,970.</summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>
    /// A folder that keeps features for the next inspection, and for a training on features by the same backbone. Default: null, none.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>The folds of the cross-validation, 2 to 50, and at most as many as images. Default: 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>
    /// A label is suspect where another one is more probable, and its own probability is less than this many times the fraction of images
    /// that have the label; above 0 and at most 1. With ten classes of the same size, 0.25 is a probability of 2.5 %. Default: 0.25; higher
    /// values find more wrong labels, and raise more false alarms.
    /// </summary>
    public double SuspectSupport { get; init; } = 0.25;

    /// <summary>
    /// The cosine similarity of features, less the mean of all images, from which on images are near duplicates whatever their pixels;
    /// above 0.5 and at most 1. Images of a similarity from 0.5 on are near duplicates where their pixels agree. Default: 0.9.
    /// </summary>
    public double DuplicateSimilarity { get; init; } = 0.9;

    /// <summary>
    /// From which <see cref="ImageOutlier.Score"/> on an image is an outlier; above 0. Default: 3.5 (Iglewicz and Hoaglin 1993).
    /// </summary>
    public double OutlierScore { get; init; } = 3.5;

    /// <summary>From which <see cref="ConfusableClasses.Rate"/> on classes are reported; above 0 and at most 1. Default: 0.05.</summary>
    public double ConfusionRate { get; init; } = 0.05;

    /// <summary>Hears how far the inspection is, on any thread. Default: null.</summary>
    public IProgress<ImageDataInspectionProgress>? Progress { get; init; }

    /// <summary>Hears how far a download of weights is, on any thread. Default: null.</summary>
    public IProgress<DownloadProgress>? DownloadProgress { get; init; }

    /// <summary>Stops the inspection; computed features stay in the cache. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    Action<string>? IBackboneOptions.Noted => null;

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    /// <summary>Validates everything that does not depend on the data, and resolves the backbone and the weights.</summary>
    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal BackboneChoice Resolve()
    {
        OptionException.Resolve(null, () => Check.All(
            this,
            [
                ImageColumnName is null ? null : Check.NotBlank(ImageColumnName),
                Check.NotBlank(LabelColumnName),
                Check.NotBlank(Backbone),
                Weights is null ? null : Check.NotBlank(Weights),
                WeightStore is null ? "WeightStore is null; leave it out for its default." : null,
                ImageSize is { } size ? Check.Between(8, size, 4096, nameof(ImageSize)) : null,
                Check.Known(Precision),
                Check.Known(Device),
                Check.Between(0, LoaderThreads, 1024),
                Check.Positive(MaximumPixels),
                CacheFolder is null ? null : Check.NotBlank(CacheFolder),
                Check.Between(2, Folds, 50),
                Check.Ratio(SuspectSupport),
                Check.Between(0.5, DuplicateSimilarity, 1),
                Check.Positive(OutlierScore),
                Check.Ratio(ConfusionRate),
                .. BackboneChoice.Contradictions(this),
            ]));
        return BackboneChoice.Of(this);
    }
}

/// <summary>How far an inspection is.</summary>
/// <param name="Phase">What is done.</param>
/// <param name="Done">How many images or heads are done.</param>
/// <param name="Total">How many there are.</param>
public sealed record ImageDataInspectionProgress(ImageDataInspectionPhase Phase, int Done, int Total);

/// <summary>The phases of an inspection.</summary>
public enum ImageDataInspectionPhase
{
    /// <summary>The backbone computes features.</summary>
    Features,

    /// <summary>Images are compared with all others.</summary>
    Neighbors,

    /// <summary>Linear heads are trained.</summary>
    Heads,
}
