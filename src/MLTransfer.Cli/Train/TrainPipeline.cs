using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Train;

/// <summary>The ML.NET pipeline of a training: labels to keys, the trainer, keys back to labels.</summary>
internal static class TrainPipeline
{
    internal static IEstimator<ITransformer> Of(MLContext ml, ImageClassificationOptions options)
    {
        var trainers = ml.MulticlassClassification.Trainers;
        IEstimator<ITransformer> trainer = options is FineTuningOptions fineTuning
            ? trainers.FineTuning(fineTuning)
            : trainers.FeatureExtraction((FeatureExtractionOptions)options);
        return Keys(ml).Append(trainer).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    }

    /// <summary>The pipeline's model around a classifier that a failed training left.</summary>
    internal static ITransformer Around(MLContext ml, ImageClassificationTransformer classifier, IDataView images)
    {
        var keys = Keys(ml).Fit(images);
        var labels = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(classifier.Transform(keys.Transform(images)));
        return new TransformerChain<ITransformer>(keys, classifier, labels);
    }

    // By value: the order of the classes shall not depend on which image comes first.
    private static ValueToKeyMappingEstimator Keys(MLContext ml) =>
        ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);

    /// <summary>The library's options for what was asked; its defaults hold where nothing was.</summary>
    /// <param name="arguments">What was asked.</param>
    /// <param name="cacheLost">Hears why features are not kept for the next training.</param>
    internal static ImageClassificationOptions OptionsOf(TrainArguments arguments, Action<string> cacheLost)
    {
        ImageClassificationOptions options = arguments.FineTune
            ? FineTuningOf(arguments)
            : new FeatureExtractionOptions { CacheFolder = arguments.CacheFolder, CacheLost = cacheLost };
        return options with
        {
            Backbone = arguments.Backbone,
            Weights = arguments.Weights,
            WeightStore = arguments.Store,
            Head = arguments.Head,
            Balance = arguments.Balance,
            ExampleWeightColumnName = arguments.Images.Training.HasWeights ? "Weight" : null,
            Epochs = arguments.Epochs ?? options.Epochs,
            BatchSize = arguments.BatchSize ?? options.BatchSize,
            LearningRate = arguments.LearningRate,
            Optimizer = arguments.Optimizer ?? options.Optimizer,
            Schedule = arguments.Schedule ?? options.Schedule,
            WeightDecay = arguments.WeightDecay ?? options.WeightDecay,
            LabelSmoothing = arguments.LabelSmoothing ?? options.LabelSmoothing,
            ImageSize = arguments.ImageSize,
            Precision = arguments.Precision,
            Device = arguments.Device,
            ValidationFraction = arguments.Images.Validation is null ? arguments.ValidationFraction : 0,
            LoaderThreads = arguments.Threads ?? options.LoaderThreads,
            MaximumPixels = PixelLimit.Of(arguments.MaximumPixels),
            StopOnBadImage = arguments.StopOnBadImage,
        };
    }

    private static FineTuningOptions FineTuningOf(TrainArguments arguments)
    {
        var defaults = new FineTuningOptions();
        return defaults with
        {
            Train = arguments.Layers,
            CheckpointFolder = arguments.CheckpointFolder,
            ReducedScale = arguments.ReducedScale,
            ImageMemory = arguments.ImageMemory is { } mebibytes ? (long)mebibytes << 20 : defaults.ImageMemory,
            Augmentation = arguments.Augmentation ?? defaults.Augmentation,
            Mixup = arguments.Mixup ?? defaults.Mixup,
            CutMix = arguments.CutMix ?? defaults.CutMix,
        };
    }
}
