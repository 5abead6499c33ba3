using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer;

/// <summary>Options of <c>ml.Transforms.ExtractImageFeatures</c>: a backbone that turns images into vectors for other trainers.</summary>
public sealed record ImageFeatureOptions : IBackboneOptions
{
    /// <summary>The column to add with the features, a vector of single. Default: <c>Features</c>.</summary>
    public string OutputColumnName { get; init; } = "Features";

    /// <summary>
    /// The column with the images: paths (text), encoded files (vector of bytes) or <c>MLImage</c>. Default: null, the column found by its
    /// type, as <see cref="ImageClassificationOptions.ImageColumnName"/> says.
    /// </summary>
    public string? InputColumnName { get; init; }

    /// <summary>
    /// The network, a name of <see cref="Models.ModelZoo"/>, or a node of a TensorFlow or ONNX file; see
    /// <see cref="ImageClassificationOptions.Backbone"/>. Default: <c>resnet18</c>.
    /// </summary>
    public string Backbone { get; init; } = "resnet18";

    /// <summary>Its weights; see <see cref="ImageClassificationOptions.Weights"/>. Default: <c>default</c>.</summary>
    public string? Weights { get; init; } = WeightsReference.Default;

    /// <summary>Where weights that are not a file are looked for. Default: <see cref="WeightStore.Default"/>.</summary>
    public WeightStore WeightStore { get; init; } = WeightStore.Default;

    /// <summary>
    /// The layer whose output is taken: a layer group as <c>mlt models NAME</c> lists them, such as <c>layer3</c>, or the first part of the
    /// names of several, of which the last is meant. Default: null, the vector before the classifier.
    /// </summary>
    public string? Layer { get; init; }

    /// <summary>
    /// Whether maps (channels, rows, columns) and tokens are averaged over all positions, to a number for each channel. Where not, they are
    /// flattened in that order: those of <see cref="Layer"/>, or of the last layer. A vector stays as it is. Default: true.
    /// </summary>
    public bool Pooled { get; init; } = true;

    /// <summary>The side in pixels of what the network sees. Default: null, what its weights were trained with.</summary>
    public int? ImageSize { get; init; }

    /// <summary>What images go through before the network sees them. Default: null, what its weights were trained with.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The number format of the network. Default: <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>Where the network runs. Default: <see cref="DeviceKind.Auto"/>.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>Threads that read and transform images. Default: 0, as many as there are processors.</summary>
    public int LoaderThreads { get; init; }

    /// <summary>
    /// The most pixels, width × height, that an image may have; larger ones count as unreadable. Not saved with the model. Default:
    /// 178,956,970; decoding takes four bytes of memory for each.
    /// </summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>
    /// Whether an unreadable image ends the reading with an <see cref="ImageException"/>, instead of a warning in the log and features that
    /// are NaN. Not saved with the model. Default: false.
    /// </summary>
    public bool StopOnBadImage { get; init; }

    /// <summary>
    /// A folder that keeps features for the next pass over the images and the next run. They are found again by the weights, the
    /// preprocessing, the layer and the content of each image, so they are never stale. Not saved with the model. Default: null, none.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>Hears how far a download of weights is, on any thread. Default: null.</summary>
    public IProgress<DownloadProgress>? DownloadProgress { get; init; }

    /// <summary>Stops a download of weights, and the verification of a large cache. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    Action<string>? IBackboneOptions.Noted => null;

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    internal FeatureOutput Output => new(Layer, Pooled);

    /// <summary>Validates everything that does not depend on the data, and resolves the backbone and the weights.</summary>
    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal BackboneChoice Resolve()
    {
        OptionException.Resolve(null, () => Check.All(
            this,
            [
                Check.NotBlank(OutputColumnName),
                InputColumnName is null ? null : Check.NotBlank(InputColumnName),
                Check.NotBlank(Backbone),
                Weights is null ? null : Check.NotBlank(Weights),
                WeightStore is null ? "WeightStore is null; leave it out for its default." : null,
                Layer is null ? null : Check.NotBlank(Layer),
                ImageSize is { } size ? Check.Between(8, size, 4096, nameof(ImageSize)) : null,
                Check.Known(Precision),
                Check.Known(Device),
                Check.Between(0, LoaderThreads, 1024),
                Check.Positive(MaximumPixels),
                CacheFolder is null ? null : Check.NotBlank(CacheFolder),
                .. BackboneChoice.Contradictions(this),
            ]));
        BackboneChoice choice = BackboneChoice.Of(this);
        return Layer is null ? choice : OptionException.Resolve(nameof(Layer), () =>
        {
            choice.Backbone.CheckLayer(Layer);
            return choice;
        });
    }
}
