using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Evaluation;

public sealed class ModelEvaluationTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_test_set_of_one_class_is_measured_against_the_classes_of_the_model()
    {
        string label = trained.Network.Labels[^1];
        Copy(label, label, count: 3);

        ModelEvaluation evaluation = ModelEvaluation.Run(trained.Network, Open());

        Assert.Equal(trained.Network.Labels, evaluation.Report.Labels);
        Assert.Equal(3, evaluation.Report.Images);
        Assert.Equal(3, evaluation.Report.Confusion[^1].Sum());
        Assert.Empty(evaluation.Unknown);
    }

    [Fact]
    public void Classes_that_the_model_does_not_know_are_named_and_counted_apart()
    {
        string label = trained.Network.Labels[0];
        Copy(label, "0 wasps", count: 2);
        Copy(label, label, count: 3);
        Directory.CreateDirectory(_folder.PathOf("empty"));

        ModelEvaluation evaluation = ModelEvaluation.Run(trained.Network, Open());

        Assert.Equal([new UnknownClass("0 wasps", 2)], evaluation.Unknown);
        Assert.Equal(3, evaluation.Report.Images);
        Assert.Equal(1, evaluation.Report.MicroAccuracy);
    }

    [Fact]
    public void Images_that_cannot_be_read_are_listed_with_the_reason_and_not_scored()
    {
        string label = trained.Network.Labels[0];
        Copy(label, label, count: 3);
        File.WriteAllText(_folder.PathOf($"{label}/broken.png"), "no image");

        ModelEvaluation evaluation = ModelEvaluation.Run(trained.Network, Open());

        ImagePrediction skipped = Assert.Single(evaluation.Skipped);
        Assert.Equal(_folder.PathOf($"{label}/broken.png"), skipped.Name);
        Assert.StartsWith("it is not an image", skipped.Error);
        Assert.Equal(3, evaluation.Report.Images);
    }

    [Fact]
    public void A_test_set_of_which_the_model_knows_nothing_is_refused()
    {
        Copy(trained.Network.Labels[0], "wasps", count: 2);

        Assert.Contains("the model knows none of the classes",
            Assert.Throws<OptionException>(() => ModelEvaluation.Run(trained.Network, Open())).Message);
    }

    private ImageDataset Open() => ImageDataset.Open(_folder.Path, new() { IsTestSet = true });

    private void Copy(string label, string name, int count)
    {
        Directory.CreateDirectory(_folder.PathOf(name));
        foreach (ImageRow file in ImageFolder.List(trained.Folder).Where(file => file.Label == label).Take(count))
            File.Copy(file.ImagePath, _folder.PathOf($"{name}/{Path.GetFileName(file.ImagePath)}"));
    }
}
