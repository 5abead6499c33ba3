using MLTransfer.Estimators;
using MLTransfer.Features;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Trains the new head on the pretrained backbone's features before the backbone itself learns: a random head would send it large,
/// meaningless
/// gradients first and spoil what it knows (Kumar et al. 2022, "linear probing, then fine-tuning", https://arxiv.org/abs/2202.10054).
/// </summary>
internal static class HeadWarmup
{
    private static readonly FeatureExtractionOptions Defaults = new();

    /// <summary>One pass of the images through the frozen backbone, then the recipe of feature extraction on its features.</summary>
    public static void Run(TrainingRun run, ImageModel model, TrainingLog log)
    {
        using var scope = NewDisposeScope();
        FeatureSet features = Features(run, model, log);
        if (features.Kept.Count == 0) return;
        TrainingRun.CheckFinite(features, run.Training);
        Tensor labels = tensor(features.Kept.Select(index => (long)run.Training.Labels[index]).ToArray(), device: run.Device);
        Tensor? weights = run.LossWeights() is { } each ? tensor(features.Kept.Select(index => each[index]).ToArray(), device: run.Device)
            : null;
        TrainingRecipe recipe = run.Recipe() with
        {
            Epochs = Defaults.Epochs,
            LearningRate = Defaults.RecommendedLearningRate,
            Optimizer = Defaults.Optimizer,
            Schedule = Defaults.Schedule,
        };
        TrainingHistory history = new TrainingLoop(recipe, TimeProvider.System, progress: null).Run(
            new TrainableModel(model.Head, model.Head, []), Data(), validate: null, run.Options.Cancellation);
        if (history.Failure is { } failure)
            throw new InvalidOperationException($"The warm-up of the new head failed. {failure.Message}", failure);

        FeatureData Data() => new(
            features.Values, labels, run.Options.BatchSize, run.Seed,
            run.Order([.. features.Kept.Select(index => run.Training.Labels[index])]), weights);
    }

    private static FeatureSet Features(TrainingRun run, ImageModel model, TrainingLog log)
    {
        using var frozen = new FrozenModel(model, run.InferenceType);
        var pace = new Throughput(TimeProvider.System, run.Training.Count);
        return new FeatureExtractor(frozen, model.FeatureWidth, run.Preprocessing, run.Device, run.Options.LoaderThreads,
            run.Options.Decoding).Extract(
            run.Training.Images, cache: null,
            images =>
            {
                pace.Add(images);
                log.Report(pace.Report(TrainingPhase.Features, 0, run.Options.Epochs, default, double.NaN));
            },
            // Images left out are told of when the training itself comes to them.
            skip: image => run.StopIfAsked(image), run.Options.Cancellation);
    }
}
