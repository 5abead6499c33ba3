using Microsoft.ML;

namespace MLTransfer.PublicApi.Tests;

/// <summary>A model file that tells blue images from red ones, and the images; made once for the tests of a class.</summary>
public sealed class SmallModel : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    public SmallModel()
    {
        ColoredFolders.Draw(_folder.CreateSubdirectory("images"), perClass: 8);
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(PathOf("images"));
        using var model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(
                new FeatureExtractionOptions { Backbone = "embedded", Epochs = 30 }))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        ml.Model.Save(model, data.Schema, File);
    }

    public string File => PathOf("model.zip");

    public string Red => PathOf("images/red/0.png");

    public string Blue => PathOf("images/blue/0.png");

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
