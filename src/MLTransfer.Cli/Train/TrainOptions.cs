using System.CommandLine;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Weights;

namespace MLTransfer.Cli.Train;

/// <summary>The options of 'mlt train', in the order of its help.</summary>
internal sealed class TrainOptions
{
    internal const string Features = "features";
    internal const string FineTune = "finetune";
    internal const string None = "none";
    internal const double DefaultValidationFraction = 0.2;
    internal const int DefaultSeed = 1;

    private static readonly FeatureExtractionOptions FeatureDefaults = new();
    private static readonly FineTuningOptions FineTuningDefaults = new();

    internal Option<string> Data { get; } = CliOption.Required("--data", "DATA", $"The images: {DatasetOptions.Forms}.");

    internal Option<string?> Validation { get; } = CliOption.Text(
        "--val", "DATA", "Images to validate on, of the same classes. Without it the data set's own split val is used, or else a share "
        + "of --data is kept for that.");

    internal Option<double?> ValidationFraction { get; } = CliOption.Fraction(
        "--val-fraction",
        "The fraction of --data to validate on; 0: none, all is trained on. " +
        $"[default: {DefaultValidationFraction}, without --val or a split val]");

    internal Option<string?> Split { get; } = CliOption.Text(
        "--split", "NAME[,NAME]",
        "The splits of --data to train on, where it has some, as a manifest of 'mlt datasets split' has. [default: train, if there is one]");

    internal Option<string?> ValidationSplit { get; } = CliOption.Text(
        "--val-split", "NAME",
        "The split of --data to validate on; the other ones but test are trained on, unless --split says which. " +
        "[default: val, if there is one]");

    internal Option<int?> Folds { get; } = CliOption.OptionalInteger(
        "--folds",
        "Cross-validation: train as often as --data has folds, or is divided into, each time with another one held out, and give mean " +
        "and standard deviation of the accuracy. The model in --out is then trained on all of them.", 2, 1000);

    internal DatasetOptions Dataset { get; } = new();

    internal Option<string> Mode { get; } = CliOption.RequiredChoice(
        "--mode", "features: train a new head on the features of the frozen backbone (seconds). finetune: train the backbone on, too "
        + "(minutes).",
        Features, FineTune);

    internal Option<string> Backbone { get; } = CliOption.Required(
        "--backbone", "NAME", "The network to start from, such as resnet18; 'mlt models' lists them.");

    internal Option<string?> Weights { get; } = CliOption.Text(
        "--weights", "NAME|FILE|URL|none",
        "The backbone's pretrained weights: published ones by NAME ('mlt weights list'), a .pth or .safetensors FILE, a "
        + "URL#sha256=HASH, 'none' " +
        "to start from random ones, or a MODEL.zip of 'mlt train' to train it further, with the same classes or others. " +
        "[default: the ones published as its default]");

    internal StoreOptions Store { get; } = new();

    internal Option<ClassifierHead?> Head { get; } = CliOption.Parsed<ClassifierHead>(
        "--head", "HEAD",
        "What is trained on top of the backbone's features: linear, dropout:RATE (and linear), or mlp:WIDTH:RATE (a hidden layer, "
        + "dropout). " +
        $"[default: {ClassifierHead.Linear}, or that of the model in --weights]",
        ClassifierHead.Parse);

    internal Option<string?> TrainFrom { get; } = CliOption.Text(
        "--train-from", "LAYER",
        "With --mode finetune: the first layer to train; those before it stay frozen. 'mlt models NAME' lists them. [default: all layers]");

    internal Option<ClassBalance?> Balance { get; } = CliOption.Kind<ClassBalance>(
        "--balance", "Where some classes have many more images: weights lets images of rare ones count more, sampling draws all classes "
        + "equally often. [default: none]");

    internal Option<int?> Epochs { get; } = CliOption.Integer(
        "--epochs", $"How often every training image is seen.{ByMode(options => options.Epochs)}", 1, 10_000);

    internal Option<int?> BatchSize { get; } = CliOption.Integer(
        "--batch-size", $"Images per training step.{ByMode(options => options.BatchSize)}", 1, 65_536);

    internal Option<double?> LearningRate { get; } = CliOption.Positive(
        "--learning-rate", $"The largest step of the optimizer.{ByMode(options => options.RecommendedLearningRate)}");

    internal Option<OptimizerKind?> Optimizer { get; } = CliOption.Kind<OptimizerKind>(
        "--optimizer", $"What turns gradients into steps.{ByMode(options => CliOption.Word(options.Optimizer))}");

    internal Option<ScheduleKind?> Schedule { get; } = CliOption.Kind<ScheduleKind>(
        "--schedule", $"How the learning rate changes over the epochs.{ByMode(options => CliOption.Word(options.Schedule))}");

    internal Option<double?> WeightDecay { get; } = CliOption.NotNegative(
        "--weight-decay", $"How strongly weights are pulled towards zero.{ByMode(options => options.WeightDecay)}");

    internal Option<double?> LabelSmoothing { get; } = CliOption.Fraction(
        "--label-smoothing", $"The share of the target probability spread over all classes.{ByMode(options => options.LabelSmoothing)}");

    internal Option<string?> Augment { get; } = CliOption.Text(
        "--augment", "NAME",
        $"With --mode finetune: how training images are changed at random. standard: crops and flips; trivial, auto, rand, augmix: "
        + $"colours and shapes, too; digits: turned, moved and scaled a little; none. [default: {FineTuningDefaults.Augmentation}]");

    internal Option<double?> Mixup { get; } = CliOption.NotNegative(
        "--mixup", "With --mode finetune: blends images and their classes; the parameter of the beta distribution, such as 0.2. "
        + "[default: 0, not done]");

    internal Option<double?> CutMix { get; } = CliOption.NotNegative(
        "--cutmix", "With --mode finetune: pastes a part of another image into each; the parameter of the beta distribution, such as 1. "
        + "[default: 0, not done]");

    internal Option<int?> ImageSize { get; } = CliOption.Integer(
        "--image-size", "Side of the square that the backbone sees, in pixels. [default: the backbone's own]", 8, 4096);

    internal Option<string> Precision { get; } = CliOption.Choice(
        "--precision", "Numbers the network computes with. auto: bf16 for frozen layers where the processor has it, float32 for those "
        + "that learn.", "auto", "float32", "bf16");

    internal Option<DeviceKind?> Device { get; } = CliOption.Kind<DeviceKind>(
        "--device", "Where to compute. auto: a CUDA device where there is one. [default: auto]");

    internal Option<int?> Threads { get; } = CommandLine.Threads.Option();

    internal Option<int?> Seed { get; } = CliOption.Integer(
        "--seed", $"Decides every random number: same seed, same machine, same model. [default: {DefaultSeed}]", 0, int.MaxValue);

    internal Option<string?> Cache { get; } = CliOption.Text(
        "--cache", "DIR|none", "With --mode features: where features are kept for the next run. [default: the user's cache folder; see "
        + "'mlt doctor']");

    internal Option<string?> Checkpoint { get; } = CliOption.Text(
        "--checkpoint", "DIR", "With --mode finetune: where the training is kept after every epoch. The same command goes on from "
        + "there. [default: nowhere]");

    internal Option<bool> ReducedScale { get; } = CliOption.Flag(
        "--reduced-scale", "With --mode finetune: decode large JPEG images smaller where training shrinks them anyway; faster, not "
        + "quite the same pixels.");

    internal Option<int?> ImageMemory { get; } = CliOption.Integer(
        "--image-memory",
        $"With --mode finetune: MiB of memory for images that stay decoded from epoch to epoch; the result is the same. [default: "
        + $"{FineTuningDefaults.ImageMemory >> 20}]", 0, 1 << 20);

    internal Option<int?> MaximumPixels { get; } = PixelLimit.Option();

    internal Option<bool> StopOnBadImage { get; } = CliOption.Flag(
        "--stop-on-bad-image", "Fail at the first image that cannot be read, instead of reporting it and going on.");

    internal Option<string?> Report { get; } = CliOption.Text(
        "--report", "DIR", $"Where a page about the training goes, as {TrainReport.FileName}: learning curves, classes, what is taken "
        + $"for what.");

    internal Option<string> Out { get; } = CliOption.Required("--out", "MODEL.zip", "Where the ML.NET model goes.");

    internal Symbol[] All =>
    [
        Data, Validation, ValidationFraction, Split, ValidationSplit, Folds, .. Dataset.All,
        Mode, Backbone, Weights, Store.Folder, Store.Mirror, Store.Offline, Head, TrainFrom, Balance, Epochs,
        BatchSize, LearningRate, Optimizer, Schedule, WeightDecay, LabelSmoothing, Augment, Mixup, CutMix, ImageSize, Precision, Device,
        Threads, Seed, Cache, Checkpoint,
        ImageMemory, ReducedScale, MaximumPixels,
        StopOnBadImage, Report, Out,
    ];

    private static string ByMode(Func<ImageClassificationOptions, object> value)
    {
        var (features, fineTuning) = (Written(FeatureDefaults), Written(FineTuningDefaults));
        return features == fineTuning ? $" [default: {features}]" : $" [default: {features} for {Features}, {fineTuning} for {FineTune}]";

        string? Written(ImageClassificationOptions defaults) => Convert.ToString(value(defaults), CultureInfo.InvariantCulture);
    }
}
