using Microsoft.ML;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer;

/// <summary>What feature extraction and fine-tuning have in common.</summary>
public abstract record ImageClassificationOptions
{
    private protected ImageClassificationOptions()
    {
    }

    /// <summary>The network, a name of <see cref="Models.ModelZoo"/>. Default: <c>resnet18</c>.</summary>
    public string Backbone { get; init; } = "resnet18";

    /// <summary>
    /// The weights the backbone starts from: <c>default</c>, those published as its default; others by name (<c>IMAGENET1K_V2</c>,
    /// <c>resnet50/IMAGENET1K_V2</c>); a file (<c>.pth</c>, <c>.safetensors</c>); an address (<c>https://host/name.pth#sha256=HASH</c>); or
    /// <c>none</c> or null, random weights drawn from the seed; or a model that this library saved (<c>model.zip</c>), which is trained
    /// further: with its preprocessing, and with its head where the classes are the same. Default: <c>default</c>.
    /// </summary>
    public string? Weights { get; init; } = WeightsReference.Default;

    /// <summary>Where weights that are no file are looked for. Default: <see cref="WeightStore.Default"/>.</summary>
    public WeightStore WeightStore { get; init; } = WeightStore.Default;

    /// <summary>
    /// What is trained on top of the backbone's features. Default: null, that of the model which <see cref="Weights"/> names, or else
    /// <see cref="ClassifierHead.Linear"/>.
    /// </summary>
    public ClassifierHead? Head { get; init; }

    /// <summary>The key column with the classes. Default: <c>Label</c>.</summary>
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>
    /// The column with the images: paths (text), encoded files (vector of bytes) or <c>MLImage</c>. Default: null, the column found by its
    /// type (text columns only if they are called <c>ImagePath</c>, <c>Image</c>, <c>Path</c> or <c>File</c>, or if there is just one).
    /// </summary>
    public string? ImageColumnName { get; init; }

    /// <summary>The column that the model adds with a probability per class. Default: <c>Score</c>.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>The key column that the model adds with the class of the highest probability. Default: <c>PredictedLabel</c>.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>The column with what each training image counts for (single, positive). Default: null, all count the same.</summary>
    public string? ExampleWeightColumnName { get; init; }

    /// <summary>What is done where some classes have many more images than others. Default: <see cref="ClassBalance.None"/>.</summary>
    public ClassBalance Balance { get; init; }

    /// <summary>How often each image is trained on. Default: 10.</summary>
    public int Epochs { get; init; } = 10;

    /// <summary>Images in a training step. Default: 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The size of the steps at their largest. Default: null, the <see cref="RecommendedLearningRate"/>.</summary>
    public double? LearningRate { get; init; }

    /// <summary>What the learning rate is where none is given.</summary>
    public abstract double RecommendedLearningRate { get; }

    /// <summary>How gradients become steps. Default: see the two kinds of options.</summary>
    public OptimizerKind Optimizer { get; init; }

    /// <summary>How the learning rate changes. Default: a cosine down to zero.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Cosine;

    /// <summary>Pulls weights towards zero, per unit of learning rate. Default: 1e-4.</summary>
    public double WeightDecay { get; init; } = 1e-4;

    /// <summary>The share of the target probability spread over all classes (Szegedy et al. 2015). Default: 0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>The side in pixels of what the network sees. Default: null, what its weights were trained with.</summary>
    public int? ImageSize { get; init; }

    /// <summary>What images go through before the network sees them. Default: null, what its weights were trained with.</summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>The number format of inference. Default: <see cref="Precision.Auto"/>.</summary>
    public Precision Precision { get; init; }

    /// <summary>Where the network runs. Default: <see cref="DeviceKind.Auto"/>.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>
    /// Images to choose the best epoch by, with the same columns as the training data; labels as text are looked up among the classes.
    /// Default: null.
    /// </summary>
    public IDataView? Validation { get; init; }

    /// <summary>
    /// The share of each class's training images that is held back for validation where <see cref="Validation"/> is null. Default: 0.
    /// </summary>
    public double ValidationFraction { get; init; }

    /// <summary>Threads that read and transform images. Default: 0, as many as there are processors.</summary>
    public int LoaderThreads { get; init; }

    /// <summary>
    /// The most pixels, width × height, that an image may have; larger ones count as unreadable. It holds for the trained model as well,
    /// until
    /// that is saved. Default: 178,956,970; decoding takes four bytes of memory for each.
    /// </summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>Whether an unreadable image ends the training instead of being reported and left out. Default: false.</summary>
    public bool StopOnBadImage { get; init; }

    /// <summary>Hears how far the training is, after every batch, on the thread that trains. Default: null.</summary>
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Stops the training after the running batch; the best model so far is kept. Default: never.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Hears, in a sentence, where in a checkpoint the weights were found.</summary>
    internal Action<string>? WeightsFound { get; init; }

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    private protected bool FromRandomWeights => WeightsReference.IsNone(Weights);

    private protected IEnumerable<string?> Complaints() =>
    [
        Check.Named(Backbone),
        Weights is null ? null : Check.Named(Weights),
        WeightStore is null ? "WeightStore is null; use WeightStore.Default or a store of your own." : null,
        Check.Named(LabelColumnName),
        ImageColumnName is null ? null : Check.Named(ImageColumnName),
        Check.Named(ScoreColumnName),
        Check.Named(PredictedLabelColumnName),
        ScoreColumnName == PredictedLabelColumnName
        ? $"ScoreColumnName and PredictedLabelColumnName are both '{ScoreColumnName}'; they must differ." : null,
        ExampleWeightColumnName is null ? null : Check.Named(ExampleWeightColumnName),
        Check.Known(Balance),
        Check.Between(1, Epochs, 100_000),
        Check.Between(1, BatchSize, 65_536),
        LearningRate is { } rate ? Check.Positive(rate, nameof(LearningRate)) : null,
        Check.Known(Optimizer),
        Check.Known(Schedule),
        Check.NotNegative(WeightDecay),
        Check.Share(LabelSmoothing),
        ImageSize is { } size ? Check.Between(8, size, 4096, nameof(ImageSize)) : null,
        Preprocessing?.Complaint is { } complaint ? $"Preprocessing cannot be used: {complaint}." : null,
        ImageSize is not null && Preprocessing?.Transforms is not null
        ? "ImageSize is given, and Preprocessing has Transforms of its own; leave one of them out." : null,
        Check.Known(Precision),
        Check.Known(Device),
        Check.Share(ValidationFraction),
        Check.Between(0, LoaderThreads, 1024),
        Check.Positive(MaximumPixels),
    ];
}
