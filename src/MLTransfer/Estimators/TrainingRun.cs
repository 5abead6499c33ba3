using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Everything a training needs once its inputs are read and checked.</summary>
internal sealed record TrainingRun(
    ImageClassificationOptions Options, PretrainedBackbone Network, TrainingImages Images, Device Device, ScalarType InferenceType)
{
    /// <inheritdoc cref="TrainingImages.Classes"/>
    public IReadOnlyList<string> Classes => Images.Classes;

    /// <inheritdoc cref="TrainingImages.Training"/>
    public ImageSet Training => Images.Training;

    /// <inheritdoc cref="TrainingImages.Validation"/>
    public ImageSet? Validation => Images.Validation;

    /// <summary>The network that is trained.</summary>
    public Backbone Backbone => Network.Backbone;

    /// <summary>Decides every random number.</summary>
    public int Seed => Network.Seed;

    /// <summary>What images go through before the network sees them.</summary>
    public Preprocessing Preprocessing => Network.Preprocessing;

    /// <summary>The requested head, or else that of the starting model.</summary>
    public ClassifierHead Head { get; } = HeadOf(Options, Network.Start);

    /// <summary>The name of the weights in errors and checkpoints.</summary>
    public string WeightsName => Network.Weights?.Name ?? (Network.Start is null ? WeightsReference.None : Options.Weights!);

    /// <summary>Whether the backbone starts from weights that were trained before.</summary>
    public bool IsPretrained => Network.Weights is not null || Network.Start is not null;

    /// <summary>Whether a new head is on a pretrained backbone.</summary>
    public bool HasNewHead { get; } = Network.Weights is not null
        || Network.Start?.FitsHead(Images.Classes, HeadOf(Options, Network.Start)) == false;

    /// <summary>The files held back for validation; empty where they are no files, or where the options name the images.</summary>
    public IReadOnlyList<ImageRow> HeldBack => Options.Validation is null && Validation is { } held ? Images.Files(held) : [];

    public static TrainingRun Prepare(
        IHostEnvironment environment, ImageClassificationOptions options, BackboneChoice choice, int seed, TrainingImages images,
        StartingModel? start)
    {
        Device device = Devices.Resolve(options.Device);
        var network = PretrainedBackbone.Get(environment, options, choice, seed, start);
        if (SmallImages.SizeFor(network, options, images.Training) is { } size)
        {
            options = options with { ImageSize = size };
            network = new(environment, options, network.Backbone, seed, network.Weights, start);
        }

        return new(options, network, images, device, Devices.Resolve(options.Precision, device));
    }

    private static ClassifierHead HeadOf(ImageClassificationOptions options, StartingModel? start) =>
        options.Head ?? start?.Head ?? ClassifierHead.Linear;

    /// <summary>The backbone with its weights and a new head, all drawn from the seed where no file gives them.</summary>
    public ImageModel BuildModel() => Network.Build(Classes, Head, Device);

    /// <summary>The order of the training images in an epoch where classes are sampled equally; null for a plain shuffle.</summary>
    /// <param name="labels">The class of each image.</param>
    public Func<int, int[]>? Order(IReadOnlyList<int> labels) =>
        Options.Balance == ClassBalance.Sampling ? epoch => ClassSampling.Balanced(labels, Seed, epoch) : null;

    /// <summary>The weight of each training image in the loss; null where all count the same.</summary>
    public float[]? LossWeights()
    {
        bool areBalanced = Options.Balance == ClassBalance.Weights;
        if (!areBalanced && Options.ClassWeights == ClassWeights.Equal) return Training.Weights?.ToArray();
        double[] asked = Options.ClassWeights.For(Classes);
        double[] balanced = ClassWeights.Balanced(ClassWeights.Counts(Training.Labels, Classes.Count));
        return [.. Training.Labels.Select((label, index) => InRange(
            (float)(asked[label] * (areBalanced ? balanced[label] : 1) * (Training.Weights?[index] ?? 1)), label))];

        float InRange(float weight, int label) => weight > 0 && float.IsFinite(weight) ? weight : throw new OptionException(
            $"The weights of class '{Classes[label]}' and of its images are multiplied, which gives 0 or infinity in single precision.",
            nameof(Options.ClassWeights));
    }

    /// <summary>Creates the extractor that computes the features of images.</summary>
    public FeatureExtractor Extractor(FrozenModel frozen, ImageModel model) =>
        new(frozen, model.FeatureWidth, Preprocessing, Device, Options.LoaderThreads, Options.Decoding, Seed);

    /// <summary>Makes room for the features of images.</summary>
    public FeatureRows Rows(ImageSet images, ImageModel model, int views = 1) =>
        new(images.Count, model.FeatureWidth, Device, views, Options.CacheFolder);

    /// <summary>The features of the training images, in the order and with the weights they are trained with.</summary>
    public FeatureData TrainingFeatures(FeatureSet features) => Labelled(
        Training, features, LossWeights(), Order([.. features.Kept.Select(index => Training.Labels[index])]));

    public FeatureData Labelled(ImageSet images, FeatureSet features, float[]? weights = null, Func<int, int[]>? order = null) => new(
        features.Rows, tensor(features.Kept.Select(index => (long)images.Labels[index]).ToArray(), device: Device),
        Options.StepSize, Seed, order,
        weights is null ? null : tensor(features.Kept.Select(index => weights[index]).ToArray(), device: Device));

    /// <summary>Reports a skipped image, or ends the training where the options say so.</summary>
    public void Skip(SkippedImage image, TrainingLog log)
    {
        StopIfAsked(image);
        log.Skipped(image);
    }

    public void StopIfAsked(SkippedImage image)
    {
        if (Options.StopOnBadImage) throw new ImageException(image.Name, image.Reason);
    }

    /// <summary>Ends the training where an image has NaN or infinite features.</summary>
    /// <exception cref="InvalidOperationException">Some are NaN or infinite.</exception>
    public static void CheckFinite(FeatureSet features, ImageSet images)
    {
        int[] wrong = [.. Enumerable.Range(0, features.Rows.Views).SelectMany(view => NotFinite(features.Rows, view)).Distinct().Order()];
        if (wrong.Length == 0) return;
        string first = images.Images[features.Kept[wrong[0]]].Name;
        throw new InvalidOperationException(
            $"The backbone makes NaN or infinity of {wrong.Length} of {features.Kept.Count} images, the first of which is '{first}'. " +
            "Check the weights, and that no standard deviation of the preprocessing is 0.");
    }

    private static IEnumerable<int> NotFinite(FeatureRows rows, int view) =>
        rows.Blocks(view).SelectMany(IsFinite).Index().Where(row => !row.Item).Select(row => row.Index);

    private static bool[] IsFinite(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return rows.isfinite().all(1).cpu().data<bool>().ToArray();
    }

    /// <summary>Ends the training where no image of a set is readable.</summary>
    /// <param name="skipped">The images of the set that are not readable.</param>
    /// <param name="readable">The number of its other images.</param>
    public static void CheckReadable(IReadOnlyCollection<SkippedImage> skipped, int readable)
    {
        if (readable == 0 && skipped.Count > 0)
            throw new ImageException(skipped.First().Name,
                $"{skipped.First().Reason}. None of the {skipped.Count} images can be read; this is the first.");
    }
}

/// <summary>
/// Chooses how far small images are enlarged. Enlarged to the size of a network's own images, those of 32 pixels are too blurred for it:
/// with features of ResNet-18 and MobileNet v1, CIFAR-10 and Fashion-MNIST are classified better at 128 pixels than at 224
/// (<c>docs/recipes.md</c>).
/// </summary>
internal static class SmallImages
{
    // The strides of convolutional networks multiply to 32.
    private const int Enlargement = 4, Multiple = 32, MostImages = 64;

    /// <summary>
    /// The image size for images that are smaller than a quarter of the network's own; null where some of a sample are not, or where the
    /// options, a saved model or the architecture decide.
    /// </summary>
    public static int? SizeFor(PretrainedBackbone network, ImageClassificationOptions options, ImageSet images) =>
        options.ResizeTo is not null || options is FineTuningOptions { TrainingTransforms: not null }
            ? null : SizeFor(network, options, options.Decoding, images.Images);

    /// <inheritdoc cref="SizeFor(PretrainedBackbone, ImageClassificationOptions, ImageSet)"/>
    public static int? SizeFor(
        PretrainedBackbone network, IBackboneOptions options, DecodingOptions decoding, IReadOnlyList<ImageSource> images)
    {
        bool isDecided = options is not { ImageSize: null, Preprocessing: null }
            || network.Start is not null || network.Preprocessing.Transforms is not null
            || network.Backbone is { IsFrozen: true } or { ImageSizeMultiple: > 1 };
        if (isDecided) return null;
        int own = network.Preprocessing.CropTo, largest = 0, sample = Math.Min(images.Count, MostImages);
        for (int index = 0; index < sample && Enlarged(largest) < own; index++)
            largest = Math.Max(largest, ShorterSide(images[(int)((long)index * images.Count / sample)], decoding));
        if (largest == 0 || Enlarged(largest) >= own) return null;
        int size = Math.Max(Enlarged(largest), network.Backbone.MinimumImageSize);
        Tell(network, options, string.Create(CultureInfo.InvariantCulture,
            $"Shorter sides of the images have {largest} pixels at most; the backbone sees {size} × {size} instead of {own} × {own}."));
        return size;
    }

    private static int Enlarged(int side) => (side * Enlargement + Multiple - 1) / Multiple * Multiple;

    private static int ShorterSide(ImageSource image, DecodingOptions decoding)
    {
        try
        {
            using DecodedPixels pixels = image.Open(decoding);
            return Math.Min(pixels.View.Width, pixels.View.Height);
        }
        // The training reports it.
        catch (ImageException)
        {
            return 0;
        }
    }

    private static void Tell(PretrainedBackbone network, IBackboneOptions options, string text)
    {
        using IChannel channel = network.Environment.Start(nameof(SmallImages));
        channel.Info(MessageSensitivity.None, text);
        options.Noted?.Invoke(text);
    }
}

/// <summary>Reports every batch to the caller's progress and every epoch to ML.NET's log.</summary>
/// <param name="channel">The log.</param>
/// <param name="options">The options of the training, with the caller's progress.</param>
/// <param name="timeLeft">Estimates the time left.</param>
/// <param name="board">Where epochs are written for TensorBoard; null where they are not.</param>
internal sealed class TrainingLog(
    IChannel channel, ImageClassificationOptions options, TimeLeft timeLeft, TensorBoardLog? board) : IProgress<TrainingProgress>
{
    private TrainingProgress? _trained;

    /// <summary>Passes a report on, with the time left and, where it is about validation, with what it keeps of the training.</summary>
    public void Report(TrainingProgress value)
    {
        TrainingProgress told = value with { TrainingRemaining = timeLeft.After(value), ChooseBy = options.ChooseBy };
        if (value.Phase == TrainingPhase.Training) _trained = value;
        if (value.Phase == TrainingPhase.Validation && _trained is { } trained)
            told = told with { LearningRate = trained.LearningRate, BestEpoch = trained.BestEpoch };
        options.Progress?.Report(told);
        if (value.Phase == TrainingPhase.Features && value.Done == value.Total)
            Info(string.Create(CultureInfo.InvariantCulture, $"Features of {value.Total} images, {value.ImagesPerSecond:f0} a second."));
        if (told.Finished is { } epoch) Info(Line(told, epoch));
    }

    /// <summary>Reports that more images have features.</summary>
    public void Features(Throughput throughput, long images, int epochs)
    {
        throughput.Add(images);
        Report(throughput.Report(TrainingPhase.Features, 0, epochs, default, double.NaN));
    }

    /// <summary>Passes a finished epoch on.</summary>
    public void Finished(TrainingState state) => board?.Write(state);

    /// <summary>Passes a trained model on.</summary>
    public void Trained(TrainingRun run, ImageClassificationTransformer model) => board?.WriteErrors(run, model);

    public void Skipped(SkippedImage image) => channel.Warning(MessageSensitivity.UserData, $"Left out {image.Name}: {image.Reason}");

    public void Warnings(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings) channel.Warning(MessageSensitivity.None, warning);
    }

    /// <summary>Reports what was chosen.</summary>
    public void Note(string text) => Info(text);

    private static string Line(TrainingProgress told, EpochResult epoch) => string.Create(
        CultureInfo.InvariantCulture,
        $"Epoch {epoch.Epoch} of {told.Epochs}: loss {epoch.Loss:f4}, training accuracy {epoch.TrainingAccuracy:f4}, validation loss "
        + $"{epoch.ValidationLoss:f4}, validation accuracy {epoch.ValidationAccuracy:f4}, {Chosen(told, epoch)}"
        + $"learning rate {epoch.LearningRate:g3}, {epoch.ImagesPerSecond:f0} images a second, {epoch.Seconds:f1} s, "
        + $"{told.TrainingRemaining?.TotalSeconds:f0} s left, {Environment.WorkingSet >> 20} MiB of memory"
        + $"{(told.BestEpoch == epoch.Epoch ? ", the best so far" : "")}.");

    private static string Chosen(TrainingProgress told, EpochResult epoch) => !EpochChoice.IsExtra(told.ChooseBy) ? ""
        : string.Create(
            CultureInfo.InvariantCulture, $"{EpochChoice.InProse[(int)told.ChooseBy]} {EpochChoice.Value(epoch, told.ChooseBy):f4}, ");

    private void Info(string text) => channel.Info(MessageSensitivity.None, text);
}
