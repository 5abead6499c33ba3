using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>ML.NET's own featurizer and ours before the same trainer, in one program.</summary>
internal static class SdcaJob
{
    private const string Ours = "ExtractImageFeatures";

    // Bring libraries into memory.
    private const int WarmingImages = 16;

    internal static CompareJob Job { get; } = new(
        "sdca", "Features for SDCA",
        "ML.NET's `DnnFeaturizeImage`, which has its own ResNet-18 whatever the backbone of ours is, and `ExtractImageFeatures`, each "
        + "before SDCA in one program: the images of `train/` are read and trained on, those of `val/` predicted.",
        WarmsUp: false, _ => "", Open);

    private static Task<OpenJob> Open(CompareSettings settings, CancellationToken cancel)
    {
        var ml = new MLContext(seed: 1);
        IDataView train = ml.Data.LoadImageFolder(settings.Training), validation = ml.Data.LoadImageFolder(settings.Validation);
        var options = new ImageFeatureOptions
        {
            InputColumnName = nameof(ImageFile.ImagePath), Backbone = settings.Backbone.Name, Weights = settings.Weights ?? "none",
        };
        // Created for each run: a disposed model of ML.NET's featurizer takes its estimator's network along.
        Func<IEstimator<ITransformer>> theirs = () => Peer(ml), ours = () => ml.Transforms.ExtractImageFeatures(options);
        var some = ml.Data.TakeRows(ml.Data.ShuffleRows(train, seed: 1), WarmingImages);
        _ = Run(ml, theirs, some, some);
        _ = Run(ml, ours, some, some);
        return Task.FromResult(new OpenJob(
            Ours,
            [
                new("ML.NET DnnFeaturizeImage", _ => Task.FromResult(Run(ml, theirs, train, validation))),
                new(Ours, _ => Task.FromResult(Run(ml, ours, train, validation))),
            ]));
    }

    private static EstimatorChain<TransformerChain<ColumnCopyingTransformer>> Peer(MLContext ml) => ml.Transforms
        .LoadImages("Image", "", nameof(ImageFile.ImagePath))
        .Append(ml.Transforms.ResizeImages("Image", 224, 224))
        .Append(ml.Transforms.ExtractPixels("Pixels", "Image"))
        .Append(ml.Transforms.DnnFeaturizeImage(
            "Features", factory => factory.ModelSelector.ResNet18(ml, factory.OutputColumn, factory.InputColumn),
            "Pixels"));

    private static Dictionary<string, double> Run(
        MLContext ml, Func<IEstimator<ITransformer>> features, IDataView train, IDataView validation)
    {
        var clock = Stopwatch.StartNew();
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(features()).AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(train);
        var accuracy = ml.MulticlassClassification.Evaluate(model.Transform(validation)).MicroAccuracy;
        var seconds = clock.Elapsed.TotalSeconds;
        model.Dispose();
        return new() { [FigureKind.Seconds] = seconds, [FigureKind.Accuracy] = 100 * accuracy };
    }
}
