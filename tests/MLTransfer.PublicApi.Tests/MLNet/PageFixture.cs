using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.PublicApi.Tests.MLNet;

/// <summary>What the code of docs/ml-net.md has at hand: a context, folders of images, and a pipeline.</summary>
public abstract class PageFixture : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("mltransfer-");

    protected PageFixture()
    {
        ColoredFolders.Draw(_root.CreateSubdirectory("train"), perClass: 8);
        ColoredFolders.Draw(_root.CreateSubdirectory("test"), perClass: 4);
        Data = Ml.Data.LoadImageFolder(PathOf("train"));
        Test = Ml.Data.LoadImageFolder(PathOf("test"));
    }

    protected static FeatureExtractionOptions Options { get; } = new() { Backbone = "embedded", Epochs = 30 };

    protected MLContext Ml { get; } = new(seed: 1);

    protected IDataView Data { get; }

    protected IDataView Test { get; }

    protected string PathOf(string name) => Path.Combine(_root.FullName, name);

    protected string Red => PathOf("train/red/0.png");

    protected IEstimator<ITransformer> Pipeline(FeatureExtractionOptions? options = null) =>
        Ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(Ml.MulticlassClassification.Trainers.FeatureExtraction(options ?? Options))
            .Append(Ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

    protected double Accuracy(ITransformer model, IDataView? test = null) =>
        Ml.MulticlassClassification.Evaluate(model.Transform(test ?? Test)).MicroAccuracy;

    protected static string[] Predicted(IDataView scored) =>
        [.. scored.GetColumn<ReadOnlyMemory<char>>("PredictedLabel").Select(label => label.ToString())];

    public void Dispose()
    {
        _root.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }
}

/// <summary>An encoded image and its class, as a database holds them.</summary>
public sealed class StoredImage
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}

/// <summary>Pixels and their class.</summary>
public sealed class LabeledPixels
{
    [Microsoft.ML.Transforms.Image.ImageType(40, 40)]
    public MLImage? Image { get; set; }

    public string Label { get; set; } = "";
}

/// <summary>A path and the class that is read from it.</summary>
public sealed class ImageClass
{
    public string Label { get; set; } = "";
}
