using System.Globalization;
using Microsoft.ML.Runtime;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Fine-tuning: all layers of the backbone, or its upper ones, are trained on together with a new head.</summary>
public sealed class FineTuningEstimator : ImageClassificationEstimator
{
    private readonly FineTuningOptions _options;

    internal FineTuningEstimator(IHostEnvironment environment, FineTuningOptions options) : base(environment, options.Checked()) =>
        _options = options;

    private protected override void Check(TrainingRun run)
    {
        if (run.Training.Weights is not null && _options.Mixup + _options.CutMix > 0)
            throw new ArgumentException("Images have weights, and Mixup and CutMix join images, which then have none. Leave "
                + "ExampleWeightColumnName out, or set Mixup and CutMix to 0.");
        if (Preprocessing.Complain(TrainingTransforms(run), run.Preprocessing.CropTo) is { } complaint)
            throw new ArgumentException($"TrainingTransforms cannot be used: {complaint}.");
    }

    private protected override ImageClassificationTransformer Train(TrainingRun run, ImageModel model, IChannel channel)
    {
        var log = new TrainingLog(channel, _options.Progress);
        var skipped = new SortedDictionary<(bool Validation, int Index), SkippedImage>();
        void Skip(bool validation, SkippedImage image)
        {
            if (skipped.TryAdd((validation, image.Index), image)) run.Skip(image, log);
        }

        if (_options.AuxiliaryWeight > 0 && model.AuxiliaryHeads.Count == 0)
            throw new ArgumentException($"AuxiliaryWeight is {_options.AuxiliaryWeight}, and {Backbone.Name} has no auxiliary heads. "
                + $"Leave it 0.");
        int first = model.FirstTrained(_options.Train);
        using Checkpoint? checkpoint = _options.CheckpointFolder is { } folder ? new(folder, Description(run)) : null;
        if (_options.HeadWarmup && run.HasNewHead && checkpoint is not { Exists: true }) HeadWarmup.Run(run, model, log);
        IEnumerable<AuxiliaryHead> idle = _options.AuxiliaryWeight > 0 ? [] : model.AuxiliaryHeads;
        var trainee = new TrainableModel(
            model, model.Head, [.. model.Groups.Take(first).SelectMany(group => group.Modules), .. idle],
            _options.Precision == Precision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32, _options.AuxiliaryWeight);
        var memory = new ImageMemory(_options.ImageMemory);
        ImageData Images(ImageSet set, IReadOnlyList<ImageTransform> transforms, int batchSize, bool validation) => new(
            new BatchLoader(
                set.Images, transforms, batchSize, _options.LoaderThreads, run.Seed,
                _options.Decoding with { ReducedScale = _options.ReducedScale && !validation }, memory),
            set.Labels, run.Preprocessing, run.Device,
            batchSize, run.Seed, image => Skip(validation, image),
            validation ? null : new BatchMixing(_options.Mixup, _options.CutMix, run.Classes.Count, run.Seed),
            validation ? null : run.Order(set.Labels), validation ? null : run.LossWeights())
        {
            Cancellation = _options.Cancellation,
        };
        IReadOnlyList<ImageTransform> asScored = run.Preprocessing.EvaluationTransforms();
        ImageData data = Images(run.Training, TrainingTransforms(run), _options.BatchSize, validation: false);
        ImageData? held = run.Validation is null ? null : Images(run.Validation, asScored, FrozenModel.BatchSize, validation: true);
        var validation = held is null ? null
            : new ImageValidation(model, run.InferenceType, held, TimeProvider.System, log, _options.Epochs);
        int Unread(bool validation) => skipped.Keys.Count(key => key.Validation == validation);
        void RequireReadable()
        {
            TrainingRun.CheckReadable(skipped.Values, run.Training.Count - Unread(validation: false));
            if (run.Validation is { } images) TrainingRun.CheckReadable(skipped.Values, images.Count - Unread(validation: true));
        }

        var loop = new TrainingLoop(run.Recipe(_options.HeadFactor), TimeProvider.System, log, log.Finished, checkpoint, RequireReadable);
        TrainingHistory history = loop.Run(
            trainee, data, validation is null ? null : validation.Score, _options.Cancellation);
        return ImageClassificationTransformer.Trained(run, model, history, new TrainingSummary(
            run.Training.Count - Unread(validation: false), (run.Validation?.Count ?? 0) - Unread(validation: true),
            [.. skipped.Values], history.Epochs, history.Best.Epoch, history.Best.ValidationAccuracy,
            history.Cancelled, 0, history.Seconds, history.Seconds > 0 ? history.Images / history.Seconds : 0)
        { LoaderWaitShare = data.ShareWaited });
    }

    private IReadOnlyList<ImageTransform> TrainingTransforms(TrainingRun run) =>
        _options.TrainingTransforms ?? Presets.Named(_options.Augmentation, run.Preprocessing);

    /// <summary>Everything the weights depend on besides the pixels of the images, under the names of the options.</summary>
    private Dictionary<string, string> Description(TrainingRun run)
    {
        TrainingRecipe recipe = run.Recipe(_options.HeadFactor);
        (string Name, object Value)[] settings =
        [
            ("Backbone", _options.Backbone), ("Head", run.Head), ("Weights", run.WeightsName),
            ("Train", _options.Train.First ?? "all"), ("Classes", string.Join(", ", run.Classes)),
            ("Images", run.Training.Fingerprint), ("Validation images", run.Validation?.Fingerprint ?? "none"),
            (Checkpoint.EpochsSetting, recipe.Epochs),
            ("BatchSize", _options.BatchSize), ("LearningRate", recipe.LearningRate), ("HeadFactor", recipe.HeadFactor),
            ("AuxiliaryWeight", _options.AuxiliaryWeight),
            ("HeadWarmup", _options.HeadWarmup), ("Optimizer", recipe.Optimizer), ("Schedule", recipe.Schedule),
            ("WeightDecay", recipe.WeightDecay),
            ("LabelSmoothing", recipe.LabelSmoothing), ("TrainingTransforms", TransformJson.Write(TrainingTransforms(run))),
            ("EvaluationTransforms", TransformJson.Write(run.Preprocessing.EvaluationTransforms())), ("Balance", _options.Balance),
            ("Mixup", _options.Mixup), ("CutMix", _options.CutMix), ("ReducedScale", _options.ReducedScale),
            ("Precision", _options.Precision), ("Seed", run.Seed),
        ];
        return settings.ToDictionary(setting => setting.Name, setting => Convert.ToString(setting.Value, CultureInfo.InvariantCulture)!);
    }
}
