using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;

namespace MLTransfer.Tests.Estimators;

/// <summary>Short trainings on folders of images.</summary>
internal static class Trainings
{
    public static FeatureExtractionOptions Extraction { get; } = new()
    {
        Backbone = "cifar_resnet20", Weights = "none", Epochs = 3, BatchSize = 8, Precision = Precision.Float32, Device = DeviceKind.Cpu,
    };

    public static ImageClassificationTransformer Train(ImageClassificationOptions options, string folder, MLContext? context = null)
    {
        MLContext ml = context ?? new MLContext(seed: 1);
        return Fit(ml, options, Keyed(ml, ml.Data.LoadImageFolder(folder)));
    }

    public static ImageClassificationTransformer Fit(MLContext ml, ImageClassificationOptions options, IDataView keyed) =>
        Trainer(ml, options).Fit(keyed);

    public static ImageClassificationEstimator Trainer(MLContext ml, ImageClassificationOptions options) =>
        options is FineTuningOptions tuning ? ml.MulticlassClassification.Trainers.FineTuning(tuning)
            : ml.MulticlassClassification.Trainers.FeatureExtraction((FeatureExtractionOptions)options);

    public static IDataView Keyed(MLContext ml, IDataView data) =>
        ml.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    public static float[][] Scores(ITransformer model, string folder) =>
        [.. model.Transform(new MLContext().Data.LoadImageFolder(folder)).GetColumn<float[]>("Score")];
}
