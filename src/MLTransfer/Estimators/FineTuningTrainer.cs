using System.Globalization;
using MLTransfer.Errors;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Native;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Trains the backbone, or its upper layers, together with the head on images that are read again in every epoch.</summary>
internal sealed class FineTuningTrainer(TrainingRun run, ImageModel model, TrainingLog log)
{
    // For fewer images the measurement would take too much of the time.
    private const int FewestMeasured = 200;

    private FineTuningOptions _options = (FineTuningOptions)run.Options;
    private readonly SortedDictionary<(bool IsValidation, int Index), SkippedImage> _skipped = [];

    public static IReadOnlyList<ImageTransform> TrainingTransforms(TrainingRun run)
    {
        var options = (FineTuningOptions)run.Options;
        return options.TrainingTransforms ?? Presets.Find(options.Augmentation, run.Preprocessing);
    }

    public ImageClassificationTransformer Train()
    {
        Freezing freezing = Freezing();
        int views = CachedLayers.ViewsOf(run, model);
        using Checkpoint? checkpoint = _options.CheckpointFolder is { } folder ? new(folder, Fingerprint(run, views)) : null;
        ScalarType type = TrainingType(freezing, views, checkpoint);
        SettleBatchSize(freezing, type, views, checkpoint);
        if (_options.HeadWarmup && run.HasNewHead && checkpoint is not { Exists: true }) HeadWarmup.Run(run, model, log);
        // Memory freed so far does not fit the training's activations. If it were kept, both would add up.
        Allocator.ReturnFreedMemory();
        TrainableModel trainable = Trainable(freezing, type);
        using CachedLayers? layers = CachedLayers.Open(run, model, trainable, views);
        var memory = new ImageMemory(_options.ImageMemory);
        ImageData data = TrainingImages(memory, layers);
        ImageValidation? validation = run.Validation is null ? null : new(
            model, run.InferenceType, ValidationImages(run.Validation, memory, layers), TimeProvider.System, log, _options);
        var loop = new TrainingLoop(_options, run.Seed, TimeProvider.System, log, log.Finished, checkpoint, RequireReadable);
        using TrainingState state = loop.Run(
            trainable, data, validation is null ? null : validation.Score, _options.Cancellation);
        Tell(layers?.Lost ?? []);
        Calibration? calibration = Calibrate(state, validation);
        FittedRejection? rejection = FittedRejection.Of(
            run, model, calibration, () => Features(run.Training), () => Features(run.Validation!), state, log);
        TrainingSummary summary = Summary(state) with
        {
            LoaderWaitFraction = data.WaitFraction,
            Calibration = calibration,
            Rejection = rejection?.Rule,
        };
        return ImageClassificationTransformer.Trained(run, model, state, summary, rejection?.Distance);
    }

    private void Tell(IEnumerable<string> lost)
    {
        foreach (string reason in lost)
        {
            log.Warnings([reason]);
            _options.CacheLost?.Invoke(reason);
        }
    }

    private TrainingSummary Summary(TrainingState state) =>
        new(
            run.Training.Count - Skipped(isValidation: false).Length,
            (run.Validation?.Count ?? 0) - Skipped(isValidation: true).Length,
            [.. _skipped.Values], state.Epochs, state.Best.Epoch, state.ValidationAccuracy, state.IsUnfinished,
            FeatureSeconds: 0, state.Seconds, state.Seconds > 0 ? state.Images / state.Seconds : 0)
        {
            BatchSize = _options.BatchSize,
        };

    /// <summary>The features of images as the finished network makes them.</summary>
    private FeatureSet Features(ImageSet images)
    {
        var throughput = new Throughput(TimeProvider.System, images.Count);
        log.Features(throughput, 0, _options.Epochs);
        using var frozen = new FrozenModel(model, run.InferenceType);
        FeatureRows rows = run.Rows(images, model);
        try
        {
            return run.Extractor(frozen, model).Extract(
                images.Images, rows, cache: null, (done, _) => log.Features(throughput, done, _options.Epochs), _ => { },
                _options.Cancellation);
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    private Calibration? Calibrate(TrainingState state, ImageValidation? validation)
    {
        if (!_options.Calibrate || validation is null || state.IsUnfinished || state.Failure is not null) return null;
        try
        {
            return validation.Calibrate(_options.Cancellation);
        }
        // Canceled, or an image that is gone by now: the finished training is not lost.
        catch (Exception failure)
        {
            log.Warnings([$"The model is not calibrated: {failure.Message}"]);
            return null;
        }
    }

    /// <summary>Searches for a learning rate on the images and the network that a training would begin with.</summary>
    public LearningRateCurve FindLearningRate()
    {
        Freezing freezing = Freezing();
        int views = CachedLayers.ViewsOf(run, model);
        ScalarType type = TrainingType(freezing, views);
        SettleBatchSize(freezing, type, views, checkpoint: null);
        if (_options.HeadWarmup && run.HasNewHead) HeadWarmup.Run(run, model, log);
        return new LearningRateFinder(_options, run.Seed).Run(
            Trainable(freezing, type), TrainingImages(new ImageMemory(_options.ImageMemory), layers: null),
            _options.Cancellation);
    }

    /// <summary>Everything that determines the trained weights except the image pixels, by option name.</summary>
    private static Dictionary<string, string> Fingerprint(TrainingRun run, int views)
    {
        var asked = (FineTuningOptions)run.Options;
        FineTuningOptions resolved = asked with
        {
            Head = run.Head,
            Weights = run.WeightsName,
            LearningRate = asked.PeakLearningRate,
            FreezeBatchNorm = KeepsStatistics(run),
            CachedViews = views,
        };
        (string Name, string Value)[] settings =
        [
            .. TrainingOption.Fingerprint(resolved),
            (nameof(TrainingOptions.Epochs), asked.Epochs.ToString(CultureInfo.InvariantCulture)),
            ("Seed", run.Seed.ToString(CultureInfo.InvariantCulture)), ("Classes", string.Join(", ", run.Classes)),
            ("Images", run.Training.Fingerprint), ("Validation images", run.Validation?.Fingerprint ?? "none"),
            ("TrainingTransforms", TransformJson.Write(TrainingTransforms(run))),
            ("EvaluationTransforms", TransformJson.Write(run.Preprocessing.EvaluationTransforms())),
            // Checkpoints of earlier versions do not mention colors, which mostly are those of the weights.
            .. Colors(run.Preprocessing).Except(Colors(run.Network.OwnPreprocessing)),
        ];
        return settings.ToDictionary(setting => setting.Name, setting => setting.Value);
    }

    private static (string Name, string Value)[] Colors(Preprocessing preprocessing)
    {
        return
        [
            (nameof(preprocessing.Mean), Text(preprocessing.Mean)),
            (nameof(preprocessing.StandardDeviation), Text(preprocessing.StandardDeviation)),
            (nameof(preprocessing.Channels), preprocessing.Channels.ToString()),
        ];

        static string Text(Rgb color) => string.Create(CultureInfo.InvariantCulture, $"{color.R}, {color.G}, {color.B}");
    }

    private Freezing Freezing() => OptionException.Resolve(
        null, () => FreezingPolicy.Before(model, _options.Train, auxiliaryHeadsLearn: _options.AuxiliaryWeight > 0, _options.Unfreeze));

    private TrainableModel Trainable(Freezing freezing, ScalarType type) =>
        new(model, model.Head, freezing, type, _options.AuxiliaryWeight, KeepsStatistics(run));

    /// <summary>The number format of a training that may go on from a checkpoint, which keeps it.</summary>
    private ScalarType TrainingType(Freezing freezing, int views, Checkpoint? checkpoint)
    {
        ScalarType type = _options.Precision == Precision.Auto && checkpoint?.ResumedFormat is { } resumed
            ? resumed : TrainingType(freezing, views);
        if (checkpoint is not null) checkpoint.NumberFormat = type;
        return type;
    }

    /// <summary>The number format that the trained layers compute in.</summary>
    private ScalarType TrainingType(Freezing freezing, int views)
    {
        if (_options.Precision != Precision.Auto) return run.InferenceType;
        if (run.InferenceType != ScalarType.BFloat16 || !model.SupportsBFloat16) return ScalarType.Float32;
        // A device with bfloat16 multiplies it many times as fast as float32.
        if (run.Device.type != DeviceType.CPU) return run.InferenceType;
        if (run.Training.Count < FewestMeasured) return ScalarType.Float32;
        int size = run.Preprocessing.CropTo;
        var precision = new TrainingPrecision(
            new(_options.MeasuredFile),
            type => TrainingPrecision.Seconds(model, Trainable(freezing, type), size, OutputsAreKept(views)));
        ScalarType type = precision.Faster(MeasuredChoices.Key(WhatIsTrained(views), run.Device));
        if (type == ScalarType.BFloat16)
            Note("The network is trained in bf16, which was measured to be faster than float32 on this machine.");
        return type;
    }

    /// <summary>
    /// Finds the batch size where that is asked for; a training that goes on from a checkpoint keeps the one it began with.
    /// </summary>
    private void SettleBatchSize(Freezing freezing, ScalarType type, int views, Checkpoint? checkpoint)
    {
        if (_options.BatchSize > 0) return;
        string? kept = checkpoint?.Resumed(nameof(_options.BatchSize));
        int size = int.TryParse(kept, CultureInfo.InvariantCulture, out int resumed) && resumed > 0
            ? resumed : FoundBatchSize(freezing, type, views);
        checkpoint?.Settle(nameof(_options.BatchSize), size.ToString(CultureInfo.InvariantCulture));
        FineTuningOptions settled = _options with { BatchSize = size };
        (run, _options) = (run with { Options = settled }, settled);
        Note(kept is null ? $"Batches have {size} images, as was found by trying." : $"Batches have {size} images, as in the checkpoint.");
    }

    private int FoundBatchSize(Freezing freezing, ScalarType type, int views)
    {
        int greatest = BatchSizeSearch.Greatest(run.Training.Count / _options.Accumulate);
        long memory = TrialSteps.MemoryOf(run.Device.type);
        var known = new MeasuredChoices(_options.MeasuredFile);
        // A container on the same machine may have less memory.
        long gibibytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30;
        string key = MeasuredChoices.Key(
            $"batches up to {greatest} in {gibibytes} GiB of {WhatIsTrained(views)} in {type} by {_options.Optimizer}", run.Device);
        if (int.TryParse(known.Find(key), CultureInfo.InvariantCulture, out int size) && size > 0 && size <= greatest) return size;
        size = RandomState.Kept(() =>
        {
            using var steps = new TrialSteps(
                Trainable(freezing, type), _options, run.Preprocessing.CropTo, run.Device, OutputsAreKept(views));
            return new BatchSizeSearch(Attempt, memory).Run(greatest);

            TriedBatch? Attempt(int images)
            {
                _options.Until.ThrowIfCancellationRequested();
                return steps.Try(images);
            }
        });
        known.Add(key, size.ToString(CultureInfo.InvariantCulture));
        return size;
    }

    /// <summary>What decides the speed of a training step, but for the machine.</summary>
    private string WhatIsTrained(int views)
    {
        string from = (_options.Train.First ?? "the input") + (OutputsAreKept(views) ? " on kept outputs" : "");
        string norms = KeepsStatistics(run) ? "frozen" : "trained";
        string others = _options.AuxiliaryWeight > 0 ? ", auxiliary heads" : "";
        return $"{run.Backbone.Name}, {run.Preprocessing.CropTo} px, trained from {from}, batch norms {norms}{others}";
    }

    /// <summary>Whether most epochs begin with kept outputs of the frozen layers.</summary>
    private bool OutputsAreKept(int views) => views > 0 && _options.Epochs > 2 * views && model.FirstTrained(_options.Train) > 0;

    private void Note(string text)
    {
        log.Note(text);
        _options.Noted?.Invoke(text);
    }

    // Random weights have no statistics worth keeping.
    private static bool KeepsStatistics(TrainingRun run) => ((FineTuningOptions)run.Options).FreezeBatchNorm && run.IsPretrained;

    private ImageData TrainingImages(ImageMemory memory, CachedLayers? layers) => new(
        Loader(run.Training, TrainingTransforms(run), _options.BatchSize, _options.ReducedScale, memory),
        run.Training.Labels, run.Preprocessing, run.Device, _options.BatchSize, run.Seed, image => Skip(isValidation: false, image),
        new BatchMixing(_options.Mixup, _options.CutMix, run.Classes.Count, run.Seed), run.Order(run.Training.Labels), run.LossWeights())
    {
        Cancellation = _options.Until,
        Activations = layers?.Training,
    };

    private ImageData ValidationImages(ImageSet images, ImageMemory memory, CachedLayers? layers) => new(
        Loader(images, run.Preprocessing.EvaluationTransforms(), FrozenModel.BatchSize, reducedScale: false, memory),
        images.Labels, run.Preprocessing, run.Device, FrozenModel.BatchSize, run.Seed, image => Skip(isValidation: true, image))
    {
        Cancellation = _options.Cancellation,
        Activations = layers?.Validation,
    };

    private BatchLoader Loader(
        ImageSet images, IReadOnlyList<ImageTransform> transforms, int batchSize, bool reducedScale, ImageMemory memory) => new(
        images.Images, transforms, batchSize, _options.LoaderThreads, run.Seed, _options.Decoding with { ReducedScale = reducedScale },
        memory);

    private void Skip(bool isValidation, SkippedImage image)
    {
        if (_skipped.TryAdd((isValidation, image.Index), image)) run.Skip(image, log);
    }

    private SkippedImage[] Skipped(bool isValidation) =>
        [.. _skipped.Where(image => image.Key.IsValidation == isValidation).Select(image => image.Value)];

    private void RequireReadable()
    {
        RequireReadable(run.Training, Skipped(isValidation: false));
        if (run.Validation is { } images) RequireReadable(images, Skipped(isValidation: true));

        static void RequireReadable(ImageSet images, SkippedImage[] skipped) =>
            TrainingRun.CheckReadable(skipped, images.Count - skipped.Length);
    }
}

/// <summary>
/// Trains the new head on the pretrained backbone's features before the backbone itself is trained: the large gradients of a random head
/// would spoil the pretrained weights (Kumar et al. 2022, "linear probing, then fine-tuning", https://arxiv.org/abs/2202.10054).
/// </summary>
internal static class HeadWarmup
{
    /// <summary>
    /// Fewer epochs than feature extraction has: a head that fits the training images too well leaves the backbone little to learn from.
    /// </summary>
    public const int Epochs = 10;

    private static readonly FeatureExtractionOptions Defaults = new() { Epochs = Epochs };

    /// <summary>Computes features in one pass over the images, then trains the head on them as feature extraction does.</summary>
    public static void Run(TrainingRun run, ImageModel model, TrainingLog log)
    {
        using var scope = NewDisposeScope();
        using FeatureRows rows = run.Rows(run.Training, model);
        FeatureSet features = Extract(run, model, rows, log);
        if (features.Kept.Count == 0) return;
        TrainingRun.CheckFinite(features, run.Training);
        // The recipe of feature extraction, which the options of the fine-tuning do not change.
        FeatureExtractionOptions options = Defaults with
        {
            WeightDecay = run.Options.WeightDecay,
            DecayNorms = run.Options.DecayNorms,
            LabelSmoothing = run.Options.LabelSmoothing,
            Loss = run.Options.Loss,
            FocalGamma = run.Options.FocalGamma,
        };
        using TrainingState state = new TrainingLoop(options, run.Seed, TimeProvider.System, progress: null).Run(
            new TrainableModel(model.Head, model.Head, []), run.TrainingFeatures(features), validate: null,
            run.Options.Until);
        if (state.Failure is { } failure)
            throw new InvalidOperationException($"The warm-up of the new head failed. {failure.Message}", failure);
    }

    private static FeatureSet Extract(TrainingRun run, ImageModel model, FeatureRows rows, TrainingLog log)
    {
        using var frozen = new FrozenModel(model, run.InferenceType);
        var throughput = new Throughput(TimeProvider.System, run.Training.Count);
        log.Features(throughput, 0, run.Options.Epochs);
        return run.Extractor(frozen, model).Extract(
            run.Training.Images, rows, cache: null, (done, _) => log.Features(throughput, done, run.Options.Epochs),
            // Skipped images are reported later, when the training itself reads them.
            skip: run.StopIfAsked, run.Options.Until);
    }
}
