using Microsoft.ML.Runtime;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Fine-tuning: all layers of the backbone, or its upper ones, are trained on together with a new head.</summary>
public sealed class FineTuningEstimator : ImageClassificationEstimator
{
    private readonly FineTuningOptions _options;

    internal FineTuningEstimator(IHostEnvironment environment, FineTuningOptions options) : base(environment, options.Checked()) => _options = options;

    private protected override ImageClassificationTransformer Train(TrainingRun run, IChannel channel)
    {
        var log = new TrainingLog(channel, _options.Progress);
        var skipped = new SortedDictionary<(bool Validation, int Index), SkippedPicture>();
        void Skip(bool validation, SkippedPicture picture)
        {
            if (!skipped.TryAdd((validation, picture.Index), picture)) return;
            log.Skipped([picture]);
            if (_options.StopOnBadPicture) run.Check([picture], 0);
        }

        ImageModel model = run.BuildModel();
        int first = model.FirstTrained(_options.Train);
        if (_options is { HeadWarmup: true, Weights: not null }) HeadWarmup.Run(run, model, log);
        var trainee = new Trainee(model, model.Head, [.. model.Groups.Take(first).SelectMany(group => group.Modules)]);
        PictureData Pictures(PictureSet set, IReadOnlyList<PictureTransform> transforms, bool validation) => new(
            new BatchLoader(set.Pictures, transforms, _options.BatchSize, _options.LoaderThreads, run.Seed), set.Labels, run.Preprocessing, run.Device,
            _options.BatchSize, run.Seed, picture => Skip(validation, picture));
        PictureData data = Pictures(run.Training, _options.Augment ? run.Preprocessing.TrainingTransforms() : run.Preprocessing.EvaluationTransforms(), false);
        PictureData? held = run.Validation is null ? null : Pictures(run.Validation, run.Preprocessing.EvaluationTransforms(), true);
        var validation = held is null ? null : new PictureValidation(model, run.InferenceType, held, TimeProvider.System, log, _options.Epochs);
        TrainingHistory history = new TrainingLoop(run.Recipe(_options.HeadFactor), TimeProvider.System, log).Run(
            trainee, data, validation is null ? null : validation.Score, _options.Cancellation);
        run.Check(skipped.Values, history.Pictures > 0 ? 1 : 0);
        return ImageClassificationTransformer.Trained(run, model, new TrainingSummary(
            run.Training.Count - skipped.Keys.Count(key => !key.Validation), (run.Validation?.Count ?? 0) - skipped.Keys.Count(key => key.Validation),
            [.. skipped.Values], history.Epochs, history.Best?.Epoch ?? 0, history.Best?.ValidationAccuracy ?? double.NaN,
            history.Cancelled, 0, history.Seconds, history.Seconds > 0 ? history.Pictures / history.Seconds : 0));
    }
}
