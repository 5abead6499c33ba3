using Microsoft.ML;

namespace MLTransfer.PublicApi.Tests;

/// <summary>What a user's own program does: this project sees no internals of the library.</summary>
public sealed class FirstProgramTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mltransfer-");

    [Fact]
    public void A_folder_of_images_becomes_a_model_that_predicts_after_loading()
    {
        ColoredFolders.Draw(_folder, perClass: 6);

        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_folder.FullName);
        var options = new FeatureExtractionOptions { Backbone = "embedded", Epochs = 30 };
        ITransformer model = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.FeatureExtraction(options))
            .Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        string file = Path.Combine(_folder.FullName, "model.zip");
        ml.Model.Save(model, data.Schema, file);

        var app = new MLContext();
        app.AddMLTransfer();
        using var engine = app.Model.CreatePredictionEngine<ImageFile, ImageLabel>(app.Model.Load(file, out _));
        ImageLabel answer = engine.Predict(new ImageFile { ImagePath = Path.Combine(_folder.FullName, "red", "0.png") });
        Assert.Equal("red", answer.PredictedLabel);
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
