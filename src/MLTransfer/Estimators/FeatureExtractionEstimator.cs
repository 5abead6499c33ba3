using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// Feature extraction: the backbone is frozen, every image goes through it once, and only a new head is trained on the features.
/// </summary>
public sealed class FeatureExtractionEstimator : ImageClassificationEstimator
{
    private readonly FeatureExtractionOptions _options;

    internal FeatureExtractionEstimator(IHostEnvironment environment, FeatureExtractionOptions options)
        : base(environment, options.Checked()) =>
        _options = options;

    private protected override ImageClassificationTransformer Train(TrainingRun run, ImageModel model, IChannel channel)
    {
        var log = new TrainingLog(channel, _options.Progress);
        using var scope = NewDisposeScope();
        var pace = new Throughput(TimeProvider.System, run.Training.Count + (run.Validation?.Count ?? 0));
        (FeatureSet training, FeatureSet? validation) = Extract(run, model, pace, log);
        double featureSeconds = pace.Seconds;
        SkippedImage[] skipped = [.. training.Skipped, .. validation?.Skipped ?? []];
        TrainingRun.CheckReadable(skipped, training.Kept.Count);
        TrainingRun.CheckReadable(skipped, validation?.Kept.Count ?? 1);
        TrainingRun.CheckFinite(training, run.Training);

        FeatureData data = Labelled(run, run.Training, training, run.LossWeights(),
            run.Order([.. training.Kept.Select(index => run.Training.Labels[index])]));
        FeatureData? held = validation is null ? null : Labelled(run, run.Validation!, validation);
        nn.Module<Tensor, Tensor> head = model.Head;
        TrainingHistory history = new TrainingLoop(run.Recipe(), TimeProvider.System, log, log.Finished).Run(
            new TrainableModel(head, head, []), data, held is null ? null : (_, _, _) => held.Score(head), _options.Cancellation);
        return ImageClassificationTransformer.Trained(run, model, history, new TrainingSummary(
            data.Count, held?.Count ?? 0, skipped, history.Epochs, history.Best.Epoch, history.Best.ValidationAccuracy,
            history.Cancelled, featureSeconds, history.Seconds, featureSeconds > 0 ? pace.Done / featureSeconds : 0)
        { LoaderWaitShare = training.LoaderWaitShare });
    }

    /// <summary>The features of all images. The backbone is folded only meanwhile: the finished model folds it for itself.</summary>
    private (FeatureSet Training, FeatureSet? Validation) Extract(TrainingRun run, ImageModel model, Throughput pace, TrainingLog log)
    {
        using FeatureCache? cache = OpenCache(run, model);
        using var frozen = new FrozenModel(model, run.InferenceType);
        var extractor = new FeatureExtractor(
            frozen, model.FeatureWidth, run.Preprocessing, run.Device, _options.LoaderThreads, _options.Decoding);
        FeatureSet Of(ImageSet images) => extractor.Extract(
            images.Images, cache,
            done =>
            {
                pace.Add(done);
                log.Report(pace.Report(TrainingPhase.Features, 0, _options.Epochs, default, double.NaN));
            },
            image => run.Skip(image, log), _options.Cancellation);
        FeatureSet training = Of(run.Training);
        FeatureSet? validation = run.Validation is null ? null : Of(run.Validation);
        if (cache is null) return (training, validation);
        log.Warnings(cache.Warnings);
        if (cache.LostBecause is { } reason) _options.CacheLost?.Invoke(reason);
        return (training, validation);
    }

    private FeatureCache? OpenCache(TrainingRun run, ImageModel model)
    {
        if (_options.CacheFolder is not { } folder) return null;
        try
        {
            return FeatureCache.Open(folder, Description(run, model), model.FeatureWidth);
        }
        catch (IOException refusal) when (_options.CacheLost is not null)
        {
            _options.CacheLost(refusal.Message);
            return null;
        }
    }

    private static FeatureData Labelled(
        TrainingRun run, ImageSet images, FeatureSet features, float[]? weights = null, Func<int, int[]>? order = null) => new(
        features.Values, tensor(features.Kept.Select(index => (long)images.Labels[index]).ToArray(), device: run.Device),
        run.Options.BatchSize, run.Seed,
        order, weights is null ? null : tensor(features.Kept.Select(index => weights[index]).ToArray(), device: run.Device));

    /// <summary>
    /// Everything the features depend on besides the content of the image: this library, libtorch, what decodes, the network and its input.
    /// </summary>
    private static string Description(TrainingRun run, ImageModel model) => string.Join("; ",
        typeof(FeatureExtractor).Assembly.GetName(), $"libtorch {__version__}", typeof(MLImage).Assembly.GetName(),
        $"decoders {ImageDecoder.Revision}", run.Options.Decoding, run.Backbone.Name,
        $"weights {StateFingerprint.Of(model, model.HeadName)}",
        TransformJson.Write(run.Preprocessing.EvaluationTransforms()), run.Preprocessing.Mean, run.Preprocessing.StandardDeviation,
        run.InferenceType, run.Device.type);
}
