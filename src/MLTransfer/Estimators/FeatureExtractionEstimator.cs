using Microsoft.ML.Runtime;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Feature extraction: the backbone is frozen, every picture goes through it once, and only a new head is trained on the features.</summary>
public sealed class FeatureExtractionEstimator : ImageClassificationEstimator
{
    private readonly FeatureExtractionOptions _options;

    internal FeatureExtractionEstimator(IHostEnvironment environment, FeatureExtractionOptions options) : base(environment, options.Checked()) =>
        _options = options;

    private protected override ImageClassificationTransformer Train(TrainingRun run, IChannel channel)
    {
        using var scope = NewDisposeScope();
        var log = new TrainingLog(channel, _options.Progress);
        ImageModel model = run.BuildModel();
        var pace = new Pace(TimeProvider.System, run.Training.Count + (run.Validation?.Count ?? 0));
        using var frozen = new FrozenModel(model, run.InferenceType);
        var extractor = new FeatureExtractor(frozen, model.FeatureWidth, run.Preprocessing, run.Device, _options.LoaderThreads);
        using FeatureCache? cache = _options.CacheFolder is { } folder ? FeatureCache.Open(folder, Description(run, model), model.FeatureWidth) : null;
        void Done(int pictures)
        {
            pace.Add(pictures);
            log.Report(pace.Report(TrainingPhase.Features, 0, _options.Epochs, default, double.NaN));
        }

        FeatureSet training = extractor.Extract(run.Training.Pictures, cache, Done, _options.Cancellation);
        FeatureSet? validation = run.Validation is null ? null : extractor.Extract(run.Validation.Pictures, cache, Done, _options.Cancellation);
        SkippedPicture[] skipped = [.. training.Skipped, .. validation?.Skipped ?? []];
        log.Skipped(skipped);
        run.Check(skipped, training.Kept.Count);
        double featureSeconds = pace.Seconds;

        FeatureData data = Data(run, run.Training, training);
        FeatureData? held = validation is null ? null : Data(run, run.Validation!, validation);
        Linear head = model.Head;
        TrainingHistory history = new TrainingLoop(run.Recipe(), TimeProvider.System, log).Run(
            new Trainee(head, head, []), data, held is null ? null : (_, _) => held.Score(head), _options.Cancellation);
        return ImageClassificationTransformer.Trained(run, model, new TrainingSummary(
            data.Count, held?.Count ?? 0, skipped, history.Epochs, history.Best?.Epoch ?? 0, history.Best?.ValidationAccuracy ?? double.NaN,
            history.Cancelled, featureSeconds, history.Seconds, featureSeconds > 0 ? pace.Done / featureSeconds : 0));
    }

    private static FeatureData Data(TrainingRun run, PictureSet pictures, FeatureSet features) => new(
        features.Values, tensor(features.Kept.Select(index => (long)pictures.Labels[index]).ToArray(), device: run.Device), run.Options.BatchSize, run.Seed);

    /// <summary>Everything the features depend on besides the content of the picture.</summary>
    private static string Description(TrainingRun run, ImageModel model) =>
        $"{run.Backbone.Name}; weights {StateFingerprint.Of(model, model.HeadName)}; {run.Preprocessing}; {run.InferenceType}; {run.Device.type}";
}
