using System.Text.Json;
using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Evaluation;

public sealed class ModelReportTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_page_shows_the_worst_errors_with_their_heat_and_stays_small()
    {
        string page = _folder.PathOf("report.html");
        trained.Network.Report(page, Mislabeled());
        string text = File.ReadAllText(page);
        Assert.Contains("<h2>Learning curves</h2>", text, StringComparison.Ordinal);
        Assert.Contains("The surest 12 of 12 errors", text, StringComparison.Ordinal);
        Assert.Contains("href=\"#confusion-0-1\"", text, StringComparison.Ordinal);
        // Thumbnails of confusions and of suspects, and each error with and without heat.
        Assert.Equal(8 + 12 + 2 * 12, text.Split("data:image/jpeg").Length - 1);
        Assert.DoesNotContain("among the training images</h2>", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 1, 1 << 20);
    }

    [Fact]
    public void The_same_as_JSON_names_every_error()
    {
        string path = _folder.PathOf("report.JSON");
        trained.Network.Report(path, Mislabeled());
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        JsonElement errors = document.RootElement.GetProperty("errors");
        Assert.Equal(12, errors.GetArrayLength());
        Assert.All(errors.EnumerateArray(), error => Assert.True(File.Exists(NameOf(error))));
        // The model is sure of its errors.
        Assert.Equal(
            errors.EnumerateArray().Select(NameOf).Order(),
            document.RootElement.GetProperty("suspects").EnumerateArray().Select(NameOf).Order());
        Assert.Equal(0.5, document.RootElement.GetProperty("evaluation").GetProperty("micro_accuracy").GetDouble());
        Assert.Equal(8, document.RootElement.GetProperty("training").GetProperty("epochs").GetArrayLength());

        static string? NameOf(JsonElement error) => error.GetProperty("file").GetString();
    }

    [Fact]
    public void Scored_images_that_the_model_was_trained_on_are_told()
    {
        string page = _folder.PathOf("report.html");
        trained.Network.Report(page, Mislabeled(), new() { TrainingImages = ImageDataset.Open(trained.Folder) });
        Assert.Contains("24 groups of equal or similar images are on both sides", File.ReadAllText(page), StringComparison.Ordinal);
        string path = _folder.PathOf("report.json");
        trained.Network.Report(path, ImageDataset.Open(_folder.PathOf("data"), new() { IsTestSet = true }), new()
        {
            TrainingImages = ImageDataset.Open(trained.Folder),
        });
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal(24, document.RootElement.GetProperty("leaks").GetArrayLength());
    }

    [Fact]
    public void Without_images_it_reports_on_those_that_the_training_held_back()
    {
        using ImageClassificationTransformer model = trained.Context.Transforms.Conversion.MapValueToKey("Label")
            .Append(trained.Context.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
            {
                Backbone = "cifar_resnet20", Weights = "none", Epochs = 1, ValidationFraction = 0.5, CacheFolder = null,
            })).Fit(trained.Data).LastTransformer;
        string path = _folder.PathOf("report.json");
        var curve = new LearningRateCurve([new(0.1, 2)]);
        model.Report(path, options: new() { TrainingImages = ImageDataset.Open(trained.Folder), LearningRates = curve });
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        Assert.Equal(12, document.RootElement.GetProperty("evaluation").GetProperty("images").GetInt64());
        JsonElement search = document.RootElement.GetProperty("learning_rates");
        Assert.Equal(JsonValueKind.Null, search.GetProperty("valley").ValueKind);
        Assert.Equal(0.1, search.GetProperty("points")[0].GetProperty("rate").GetDouble());
        // The images held back are in the folder, and were not trained on.
        Assert.Equal(0, document.RootElement.GetProperty("leaks").GetArrayLength());
    }

    [Fact]
    public void A_model_that_was_neither_validated_nor_given_images_says_that_there_is_nothing_to_report()
    {
        string page = _folder.PathOf("report.html");
        trained.Network.Report(page);
        Assert.Contains("no results by class", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_is_refused_before_any_work()
    {
        Assert.Contains(".html or .json", Assert.Throws<ArgumentException>(() => trained.Network.Report("report.pdf")).Message);
        Assert.Throws<DirectoryNotFoundException>(() => trained.Network.Report(_folder.PathOf("missing/report.html")));
        Assert.Contains("WorstErrors is 101", Assert.Throws<ArgumentException>(
            () => trained.Network.Report("report.html", options: new() { WorstErrors = 101 })).Message);
    }

    [Fact]
    public void A_canceled_report_leaves_no_file()
    {
        Assert.Throws<OperationCanceledException>(() => trained.Network.Report(
            _folder.PathOf("report.html"), Mislabeled(), new() { Cancellation = new(canceled: true) }));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    // The model is right about all images that it was trained on, so that those under the name of the other class are its errors.
    private ImageDataset Mislabeled()
    {
        foreach ((string label, int index) in trained.Network.Labels.Select((label, index) => (label, index)))
        {
            string folder = Directory.CreateDirectory(_folder.PathOf($"data/{trained.Network.Labels[0]}")).FullName;
            foreach (string file in Directory.GetFiles(Path.Combine(trained.Folder, label)))
                File.Copy(file, Path.Combine(folder, $"{index}-{Path.GetFileName(file)}"));
        }

        return ImageDataset.Open(_folder.PathOf("data"), new() { IsTestSet = true });
    }
}
