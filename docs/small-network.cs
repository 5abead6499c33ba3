#:project ../src/MLTransfer/MLTransfer.csproj
#:property PublishAot=false

// The network of docs/tutorials/small-network-mnist.md:  dotnet run docs/small-network.cs MNIST_FOLDER MODEL.zip

using Microsoft.ML;
using MLTransfer;
using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

ModelZoo.Register(new Backbone(
    "digits", "DigitNet", 64 * 7 * 7, new Preprocessing
    {
        ResizeTo = 28, CropTo = 28, Mean = new Rgb(0.5f, 0.5f, 0.5f), StandardDeviation = new Rgb(0.5f, 0.5f, 0.5f),
    },
    () => new DigitNet()));

var ml = new MLContext(seed: 1);
IDataView train = ml.Data.LoadImages(args[0], split: "train");
IDataView test = ml.Data.LoadImages(args[0], split: "test");

var options = new FineTuningOptions
{
    Backbone = "digits",
    Weights = null,                          // random ones
    Augmentation = "none",
    Optimizer = OptimizerKind.Adam, LearningRate = 0.001, WeightDecay = 0,
    Schedule = ScheduleKind.Constant,
    Epochs = 5,
    BatchSize = 64,
    Validation = test,
};

var pipeline = ml.Transforms.Conversion.MapValueToKey("Label")
    .Append(ml.MulticlassClassification.Trainers.FineTuning(options))
    .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

var model = pipeline.Fit(train);
Console.WriteLine($"accuracy {ml.MulticlassClassification.Evaluate(model.Transform(test)).MicroAccuracy:p1}");
ml.Model.Save(model, train.Schema, args[1]);

/// <summary>Three convolutions with max pooling, adaptive pooling to 7 × 7, and one linear layer, for gray images.</summary>
internal sealed class DigitNet : ImageModel
{
    private const int Maps = 64, Side = 7;

    public DigitNet() : base("DigitNet", headName: "fc", featureWidth: Maps * Side * Side)
    {
        nn.Module<Tensor, Tensor> first = Child("conv1", Convolution(1, 16));
        Groups =
        [
            // Gray images arrive as three equal channels: one of them is enough.
            new("conv1", [first], images => first.call(images.narrow(1, 0, 1))),
            new("conv2", Child("conv2", Convolution(16, 32))),
            new("conv3", Child("conv3", Convolution(32, Maps))),
        ];
    }

    public override IReadOnlyList<LayerGroup> Groups { get; }

    // In place of one number for each map, which is the default.
    protected override Tensor Pool(Tensor maps) => nn.functional.adaptive_avg_pool2d(maps, Side).flatten(1);

    private static TorchSharp.Modules.Sequential Convolution(int inputs, int outputs) =>
        nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding: 1), nn.ReLU(), nn.MaxPool2d(2));
}
