using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MLTransfer.Tests.Estimators;

/// <summary>A small model trained on colored images, made once for the tests that use one.</summary>
public sealed class TrainedModel : IDisposable
{
    private readonly ColouredImages _images = new(perClass: 12);

    public TrainedModel()
    {
        Context = new MLContext(seed: 1);
        Data = Context.Data.LoadImageFolder(_images.Path);
        Model = Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(Context.MulticlassClassification.Trainers.FineTuning(Options))
            .Append(Context.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(Data);
    }

    public static FineTuningOptions Options { get; } = new()
    {
        Backbone = "cifar_resnet20", Weights = "none", Epochs = 8, BatchSize = 8, Optimizer = OptimizerKind.Sgd, LearningRate = 0.02,
        Precision = Precision.Float32, Device = DeviceKind.Cpu,
    };

    public MLContext Context { get; }

    public IDataView Data { get; }

    public TransformerChain<KeyToValueMappingTransformer> Model { get; }

    public ImageClassificationTransformer Network => Model.OfType<ImageClassificationTransformer>().Single();

    public string Folder => _images.Path;

    public void Dispose() => _images.Dispose();
}
