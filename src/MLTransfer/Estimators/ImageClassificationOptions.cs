using Microsoft.ML;
using MLTransfer.Downloads;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using MLTransfer.Weights;

namespace MLTransfer;

/// <summary>Options that feature extraction and fine-tuning share.</summary>
public abstract record ImageClassificationOptions : TrainingOptions, IBackboneOptions
{
    private const string OfTheView = "mlt train makes the data view itself.";
    private const string IsLive = "An object of the program that trains.";
    private const string OnlyWatched = "It changes no weight.";

    private protected ImageClassificationOptions()
    {
    }

    /// <summary>
    /// The network, a name of <see cref="Models.ModelZoo"/>; in feature extraction also a node of a TensorFlow or ONNX file,
    /// <c>graph:FILE#OUTPUT</c> or <c>graph:FILE#INPUT,OUTPUT</c>, which brings its own weights and is saved with the model. Default:
    /// <c>resnet18</c>.
    /// </summary>
    [TrainingOption(
        "The network to start from, such as resnet18 ('mlt models' lists them), or with --mode features a node of a graph: "
        + "graph:FILE.pb#NODE.",
        CommandLine = "--backbone", Shape = "NAME")]
    public string Backbone { get; init; } = "resnet18";

    /// <summary>
    /// The weights the backbone starts from: <c>default</c>, those published as its default; others by name (<c>IMAGENET1K_V2</c>,
    /// <c>resnet50/IMAGENET1K_V2</c>); a file (<c>.pth</c>, <c>.safetensors</c>); an address (<c>https://host/name.pth#sha256=HASH</c>); or
    /// <c>none</c> or null, random weights drawn from the seed; or a model that this library saved (<c>model.zip</c>), which is trained
    /// further: with its preprocessing, and with its head where the classes are the same. Default: <c>default</c>.
    /// </summary>
    [TrainingOption(
        "The backbone's pretrained weights: published ones by NAME ('mlt weights list'), a .pth or .safetensors FILE, a "
        + "URL#sha256=HASH, 'none' to start from random ones, or a MODEL.zip of 'mlt train' to train it further, with the same classes "
        + "or others.",
        CommandLine = "--weights", Shape = "NAME|FILE|URL|none", Default = "the ones published as its default")]
    public string? Weights { get; init; } = WeightsReference.Default;

    /// <summary>Where weights that are not a file are looked for. Default: <see cref="WeightStore.Default"/>.</summary>
    [TrainingOption("Where weights that are not a file are looked for.",
        NotTyped = "--weights-dir, --mirror and --offline make it, for every command that needs weights.", ComparedAs = nameof(Weights),
        Default = "the caches of mlt and of PyTorch")]
    public WeightStore WeightStore { get; init; } = WeightStore.Default;

    /// <summary>
    /// What is trained on top of the backbone's features. Default: null, that of the model which <see cref="Weights"/> names, or else
    /// <see cref="ClassifierHead.Linear"/>.
    /// </summary>
    [TrainingOption(
        "What is trained on top of the backbone's features: linear, dropout:RATE (and linear), or mlp:WIDTH:RATE (a hidden layer, "
        + "dropout), with several hidden layers such as mlp:4096,256:0.4.",
        CommandLine = "--head", Shape = "HEAD", Default = "linear, or that of the model in --weights")]
    public ClassifierHead? Head { get; init; }

    /// <summary>The key column with the classes. Default: <c>Label</c>.</summary>
    [TrainingOption("The key column with the classes.", NotTyped = OfTheView, ComparedAs = "Classes")]
    public string LabelColumnName { get; init; } = "Label";

    /// <summary>
    /// The column with the images: paths (text), encoded files (vector of bytes) or <c>MLImage</c>. Default: null, the column found by its
    /// type (text columns only if they are called <c>ImagePath</c>, <c>Image</c>, <c>Path</c>, <c>File</c>, <c>ImageFile</c> or
    /// <c>FileName</c>, in any case, or if there is just one).
    /// </summary>
    [TrainingOption("The column with the images: paths, encoded files or MLImage.", NotTyped = OfTheView, ComparedAs = "Images",
        Default = "found by its type")]
    public string? ImageColumnName { get; init; }

    /// <summary>The column that the model adds with a probability per class. Default: <c>Score</c>.</summary>
    [TrainingOption("The column that the model adds with a probability per class.", NotTyped = OfTheView,
        MayChange = "It is a name of the result.")]
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>The key column that the model adds with the class of the highest probability. Default: <c>PredictedLabel</c>.</summary>
    [TrainingOption("The key column that the model adds with the class of the highest probability.", NotTyped = OfTheView,
        MayChange = "It is a name of the result.")]
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>The column with the weight of each training image (single, positive). Default: null, all count the same.</summary>
    [TrainingOption("The column with the weight of each training image.",
        NotTyped = "mlt train uses the weights of a manifest that has some.", ComparedAs = "Images", Default = "none, all count the same")]
    public string? ExampleWeightColumnName { get; init; }

    /// <summary>
    /// The side in pixels of what the network sees. Default: null, what its weights were trained with; for images whose shorter side is
    /// below a quarter of that, four times that side, rounded up to a multiple of 32 (judged by a sample of 64; transformers, saved models
    /// and graphs keep their size).
    /// </summary>
    [TrainingOption("Side of the square that the backbone sees, in pixels.", CommandLine = "--image-size", Range = NumberRange.Between,
        Least = 8, Most = 4096, Default = "the backbone's own; about four times that of very small images",
        ComparedAs = "EvaluationTransforms")]
    public int? ImageSize { get; init; }

    /// <summary>
    /// The length in pixels of an image's shorter side before its center is cut out, at least the image size; the image size itself: square
    /// images are seen whole. Default: null, in the ratio to the image size that the weights were trained with, mostly 256 to 224.
    /// </summary>
    [TrainingOption("Length of the shorter side before the center is cut out, in pixels; as --image-size: square images are seen whole.",
        CommandLine = "--resize", Range = NumberRange.Between, Least = 8, Most = 8192, Default = "the backbone's own, for the image size",
        ComparedAs = "EvaluationTransforms")]
    public int? ResizeTo { get; init; }

    /// <summary>Subtracted from colors in [0, 1]. Default: null, what the weights were trained with.</summary>
    [TrainingOption("Subtracted from colors, which lie between 0 and 1: one number, or three for red, green and blue.",
        CommandLine = "--mean", Shape = "NUMBER[,NUMBER,NUMBER]", Default = "the backbone's own", ComparedAs = nameof(Mean))]
    public Rgb? Mean { get; init; }

    /// <summary>Divides colors after the mean is subtracted; above 0. Default: null, what the weights were trained with.</summary>
    [TrainingOption("Divides colors after the mean is subtracted: one number, or three for red, green and blue.",
        CommandLine = "--std", Shape = "NUMBER[,NUMBER,NUMBER]", Default = "the backbone's own", ComparedAs = nameof(StandardDeviation))]
    public Rgb? StandardDeviation { get; init; }

    /// <summary>What images go through before the network sees them. Default: null, what its weights were trained with.</summary>
    [TrainingOption("What images go through before the network sees them.", NotTyped = "It belongs to the weights.",
        ComparedAs = "EvaluationTransforms, Mean, StandardDeviation and Channels", Default = "what the weights were trained with")]
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>
    /// Images to choose the best epoch by, with the same columns as the training data; labels as text are looked up among the classes.
    /// Default: null.
    /// </summary>
    [TrainingOption("Images to choose the best epoch by.", NotTyped = "--val names the images instead.", ComparedAs = "Validation images",
        Default = "none")]
    public IDataView? Validation { get; init; }

    /// <summary>
    /// The fraction of each class's training images that is held back for validation where <see cref="Validation"/> is null, at least 0
    /// and below 1. Default: 0.
    /// </summary>
    [TrainingOption("The fraction of --data to validate on; 0: none, all is trained on.", CommandLine = "--val-fraction",
        Range = NumberRange.Fraction, Default = "0.2, without --val or a split val", ComparedAs = "Validation images")]
    public double ValidationFraction { get; init; }

    /// <summary>
    /// Which views of an image the trained model scores; its probabilities are their mean. Validation during the training, and so
    /// <see cref="TrainingSummary.ValidationAccuracy"/>, is of the plain view. Default: <see cref="TestTimeAugmentation.None"/>.
    /// </summary>
    [TrainingOption(
        "The views of an image that the finished model scores and averages: none, flip, five-crop, ten-crop, or views:N (N random "
        + "ones); validation in the training is of the plain view.",
        CommandLine = "--tta", Shape = "KIND", MayChange = "It changes no weight, only what the finished model scores.")]
    public TestTimeAugmentation TestTimeAugmentation { get; init; } = TestTimeAugmentation.None;

    /// <summary>
    /// Whether the model's probabilities are calibrated on the validation images, where there are at least 50: its logits are divided by
    /// one number, which changes the predicted class of no view, if that lowers the log-loss of one view of each.
    /// <see cref="TrainingSummary.Calibration"/> says what it was good for. Default: true.
    /// </summary>
    [TrainingOption("Whether probabilities are calibrated on the validation images, where there are at least 50.",
        CommandLine = "--calibrate", Shape = "on|off", MayChange = "It changes no weight, only the temperature of the finished model.")]
    public bool Calibrate { get; init; } = true;

    /// <summary>
    /// When the model does not commit itself to a class, with thresholds chosen on the validation images: it then adds the columns
    /// <c>Rejected</c> (Boolean) and <c>RejectionReason</c> (text, empty where it does not reject). Scores and predicted labels are
    /// there all the same; an image that cannot be read is not rejected. Thresholds are those of one view of an image: not together with
    /// <see cref="TestTimeAugmentation"/>. <see cref="TrainingSummary.Rejection"/> says what it was good for. Default: null, never.
    /// </summary>
    [TrainingOption(
        "When the model does not commit itself to a class. precision:P rejects the least sure images until a fraction P of the others is "
        + "right; coverage:P keeps the surest fraction P; familiar:P rejects images unlike those it was trained on, by a threshold that a "
        + "fraction P of the validation images passes; one of the first two and the third: precision:0.95+familiar:0.95.",
        CommandLine = "--reject", Shape = "KIND", Default = "never",
        MayChange = "It changes no weight, only when the finished model rejects.")]
    public Rejection? Rejection { get; init; }

    /// <summary>Threads that read and transform images. Default: 0, as many as there are processors.</summary>
    [TrainingOption("Threads that read and transform images; 0: as many as there are processors.", CommandLine = "--threads",
        Range = NumberRange.Between, Least = 0, Most = 1024, MayChange = "The result is the same.")]
    public int LoaderThreads { get; init; }

    /// <summary>
    /// The most pixels, width × height, that an image may have; larger ones count as unreadable. It holds for the trained model as well,
    /// until that is saved. Default: 178,956,970; decoding takes four bytes of memory for each.
    /// </summary>
    [TrainingOption("The most pixels of one image, width x height; larger ones count as unreadable.", CommandLine = "--max-pixels",
        Range = NumberRange.Positive, MayChange = "Images that fail under a lower limit can be read under a higher one.")]
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    /// <summary>Whether an unreadable image ends the training instead of being reported and left out. Default: false.</summary>
    [TrainingOption("Fail at the first image that cannot be read, instead of reporting it and going on.",
        CommandLine = "--stop-on-bad-image", FormerCommandLine = "--stop-on-bad-picture",
        MayChange = "It changes no weight, only whether the training ends.")]
    public bool StopOnBadImage { get; init; }

    /// <summary>
    /// A folder for TensorBoard (<c>tensorboard --logdir</c> with it or its parent): after every epoch losses, accuracies and the other
    /// metrics of <see cref="EpochMetric"/> (average precision only where something depends on it), images per second and learning rates;
    /// the options as text; and, of the trained model, the worst errors on the validation images. Use a folder for each training. Default:
    /// null, nothing is written.
    /// </summary>
    [TrainingOption(
        "Where event files for TensorBoard go: the curves of the epochs, the options, and the worst errors on the validation images.",
        CommandLine = "--tensorboard", Shape = "DIR", Default = "nowhere", MayChange = OnlyWatched)]
    public string? TensorBoardFolder { get; init; }

    /// <summary>
    /// Whether <see cref="TensorBoardFolder"/> gets histograms of the weights that are trained, too, after every epoch. Default: false.
    /// </summary>
    [TrainingOption("Write histograms of the trained weights for TensorBoard, too, after every epoch.",
        CommandLine = "--tensorboard-histograms", MayChange = OnlyWatched)]
    public bool TensorBoardHistograms { get; init; }

    /// <summary>Hears how far the training is, after every batch, on the thread that trains. Default: null.</summary>
    [TrainingOption("Hears how far the training is.", NotTyped = IsLive, MayChange = IsLive, Default = "none")]
    public IProgress<TrainingProgress>? Progress { get; init; }

    /// <summary>Hears how far a download of weights is, on any thread. Default: null.</summary>
    [TrainingOption("Hears how far a download of weights is.", NotTyped = IsLive, MayChange = IsLive, Default = "none")]
    public IProgress<DownloadProgress>? DownloadProgress { get; init; }

    /// <summary>Stops the training after the running batch; the best model so far is kept. Default: never.</summary>
    [TrainingOption("Stops the training after the running batch.", NotTyped = IsLive, MayChange = IsLive, Default = "never")]
    public CancellationToken Cancellation { get; init; }

    /// <summary>
    /// A folder that keeps for the next training what frozen layers give: features, or the outputs of the layers before
    /// <see cref="FineTuningOptions.Train"/>, of these at most 16 GiB, those used longest ago go first. All is found again by the weights,
    /// the transforms and the content of each image, so it is never stale. Default: null, features are kept in memory only, outputs of
    /// layers in temporary files that are gone after the training.
    /// </summary>
    [TrainingOption("Where features, or the outputs of frozen layers, are kept for the next run.", CommandLine = "--cache",
        Shape = "DIR|none", Default = "the user's cache folder; see 'mlt doctor'", MayChange = "The result is the same.")]
    public string? CacheFolder { get; init; }

    /// <summary>
    /// Receives the reason when the cache cannot be opened or written; training continues without it. Null: failing to open it is an error.
    /// </summary>
    internal Action<string>? CacheLost { get; init; }

    /// <summary>
    /// Whether <see cref="ValidationFraction"/> of so few images that none can be held back means no validation, instead of an error.
    /// </summary>
    internal bool ValidationIsOptional { get; init; }

    /// <summary>Receives the reason when nothing more is written into <see cref="TensorBoardFolder"/>; the training goes on.</summary>
    internal Action<string>? TensorBoardLost { get; init; }

    /// <summary>Receives a sentence on each thing that was found or chosen: where in a file the weights are, the image size.</summary>
    internal Action<string>? Noted { get; init; }

    /// <summary>Ends everything up to the last epoch.</summary>
    internal CancellationToken Until => EpochsUntil ?? Cancellation;

    Action<string>? IBackboneOptions.Noted => Noted;

    Preprocessing IBackboneOptions.Adjust(Preprocessing preprocessing)
    {
        if (ResizeTo is { } side && preprocessing.Transforms is not null)
            throw new OptionException(
                $"The shorter side is to be resized to {side} pixels, and the preprocessing has transforms of its own. Leave it out.",
                nameof(ResizeTo));
        if (ResizeTo < preprocessing.CropTo)
            throw new OptionException(
                $"The shorter side is to be resized to {ResizeTo} pixels, and {preprocessing.CropTo} × {preprocessing.CropTo} are cut "
                + "out. Make it at least as long, or the image size smaller.", nameof(ResizeTo));
        return preprocessing with
        {
            ResizeTo = ResizeTo ?? preprocessing.ResizeTo,
            Mean = Mean ?? preprocessing.Mean,
            StandardDeviation = StandardDeviation ?? preprocessing.StandardDeviation,
        };
    }

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    private protected bool FromRandomWeights => WeightsReference.IsNone(Weights);

    /// <summary>Validates everything that does not depend on the data, and resolves the backbone and the weights.</summary>
    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal BackboneChoice Resolve()
    {
        RequireValid();
        BackboneChoice choice = BackboneChoice.Of(this);
        CheckAgainst(choice.Backbone);
        return choice;
    }

    /// <summary>Checks the options that depend on the backbone.</summary>
    private protected virtual void CheckAgainst(Backbone backbone)
    {
    }

    private protected override IEnumerable<string?> Contradictions() =>
    [
        .. base.Contradictions(),
        ScoreColumnName == PredictedLabelColumnName
            ? $"ScoreColumnName and PredictedLabelColumnName are both '{ScoreColumnName}'; they must differ." : null,
        TensorBoardHistograms && TensorBoardFolder is null
            ? "TensorBoardHistograms is set, and TensorBoardFolder is not: say where they go." : null,
        .. BackboneChoice.Contradictions(this),
        Mean is { } mean && !IsEach(mean, float.IsFinite) ? $"Mean is {mean}; its numbers must be finite." : null,
        StandardDeviation is { } deviation && !IsEach(deviation, channel => float.IsFinite(channel) && channel > 0)
            ? $"StandardDeviation is {deviation}; its numbers must be above 0 and finite." : null,
    ];

    private static bool IsEach(Rgb color, Func<float, bool> holds) => holds(color.R) && holds(color.G) && holds(color.B);
}

/// <summary>
/// Options of feature extraction: a new head is trained on the features of a frozen backbone, which sees each image once.
/// </summary>
public sealed record FeatureExtractionOptions : ImageClassificationOptions
{
    /// <summary>Creates the options with their defaults; the optimizer is Adam, and there are 20 epochs.</summary>
    public FeatureExtractionOptions() => (Optimizer, Epochs) = (OptimizerKind.Adam, 20);

    /// <summary>The default learning rate: 3e-2 with SGD and Adagrad, 3e-3 with the others.</summary>
    public override double RecommendedLearningRate => Optimizer is OptimizerKind.Sgd or OptimizerKind.Adagrad ? 3e-2 : 3e-3;

    /// <summary>
    /// The views of each training image that the head is trained on, from 1 to 100: the image as evaluation sees it, and others, cropped
    /// and flipped at random as by <see cref="Preprocessing.TrainingTransforms"/>. Each epoch has one of them. Features of each are
    /// computed and cached. Default: 1.
    /// </summary>
    [TrainingOption(
        "Views of each training image: with 1, the image as evaluation sees it; others are cropped and flipped at random. The time for "
        + "features grows with them.",
        CommandLine = "--views", Range = NumberRange.Between, Least = 1, Most = 100,
        OnlyHere = "fine-tuning sees another view of each image in each epoch: --augment",
        MayChange = "Feature extraction has no checkpoint.")]
    public int Views { get; init; } = 1;

    /// <summary>A folder for the features of the validation images; null: <see cref="ImageClassificationOptions.CacheFolder"/>.</summary>
    internal string? ValidationCacheFolder { get; init; }

    /// <summary>Whether the training images' features in the cache are used; else they are computed again.</summary>
    internal bool ReusesFeatures { get; init; } = true;

    /// <summary>As <see cref="ReusesFeatures"/>, for the validation images.</summary>
    internal bool ReusesValidationFeatures { get; init; } = true;

    /// <summary>Hears of images as soon as their features are known, on the thread that trains.</summary>
    internal Action<ExtractedImages>? Extracted { get; init; }
}

/// <summary>Images whose features have become known.</summary>
/// <param name="Count">How many, with those that could not be read.</param>
/// <param name="AreValidation">Whether they are validation images.</param>
/// <param name="AreCached">Whether their features come from the cache.</param>
internal readonly record struct ExtractedImages(int Count, bool AreValidation, bool AreCached);
