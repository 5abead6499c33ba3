using MLTransfer.Features;
using MLTransfer.Models;
using MLTransfer.Training;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// Trains the new head on the pretrained backbone's features before the backbone itself is trained: the large gradients of a random head
/// would spoil the pretrained weights (Kumar et al. 2022, "linear probing, then fine-tuning", https://arxiv.org/abs/2202.10054).
/// </summary>
internal static class HeadWarmup
{
    private static readonly FeatureExtractionOptions Defaults = new();

    /// <summary>Computes features in one pass over the images, then trains the head on them as feature extraction does.</summary>
    public static void Run(TrainingRun run, ImageModel model, TrainingLog log)
    {
        using var scope = NewDisposeScope();
        FeatureSet features = Extract(run, model, log);
        if (features.Kept.Count == 0) return;
        TrainingRun.CheckFinite(features, run.Training);
        var options = (FineTuningOptions)run.Options with
        {
            Epochs = Defaults.Epochs,
            LearningRate = Defaults.RecommendedLearningRate,
            HeadFactor = 1,
            Optimizer = Defaults.Optimizer,
            Schedule = Defaults.Schedule,
            StepRate = null,
            StopsAfter = null,
        };
        using TrainingState state = new TrainingLoop(options, run.Seed, TimeProvider.System, progress: null).Run(
            new TrainableModel(model.Head, model.Head, []), run.TrainingFeatures(features), validate: null, options.Cancellation);
        if (state.Failure is { } failure)
            throw new InvalidOperationException($"The warm-up of the new head failed. {failure.Message}", failure);
    }

    private static FeatureSet Extract(TrainingRun run, ImageModel model, TrainingLog log)
    {
        using var frozen = new FrozenModel(model, run.InferenceType);
        var throughput = new Throughput(TimeProvider.System, run.Training.Count);
        return run.Extractor(frozen, model).Extract(
            run.Training.Images, cache: null, done => log.Features(throughput, done, run.Options.Epochs),
            // Skipped images are reported later, when the training itself reads them.
            skip: run.StopIfAsked, run.Options.Cancellation);
    }
}
