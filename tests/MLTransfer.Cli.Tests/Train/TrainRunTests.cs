using System.Text.RegularExpressions;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Cli.Train;
using MLTransfer.Data;
using MLTransfer.Tests.Reference;
using SavedModel = MLTransfer.Estimators.SavedModel;

namespace MLTransfer.Cli.Tests.Train;

public sealed class TrainRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_argument_that_some_code_refuses_in_the_training_is_not_a_mistake_of_the_user() =>
        Assert.Throws<ArgumentException>(() => Run(new FineTuningOptions(), new Stumbling()));

    [Fact]
    public void An_option_that_does_not_fit_the_data_is()
    {
        var refusal = Assert.Throws<UsageException>(() => Run(new FineTuningOptions { Train = Layers.From("attic") }));
        Assert.StartsWith("There is no layer 'attic' in ", refusal.Message, StringComparison.Ordinal);
        refusal = Assert.Throws<UsageException>(() => Run(new FeatureExtractionOptions { ValidationFraction = 0.1 }, perClass: 1));
        Assert.StartsWith("--val-fraction leaves no validation images", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_whose_file_cannot_be_written_any_more_is_saved_elsewhere()
    {
        Directory.CreateDirectory(_folder.PathOf("out"));
        var failure = Assert.Throws<IOException>(() => Run(
            new FeatureExtractionOptions(), new Emptying(_folder.PathOf("out")), model: "out/model.zip"));
        var saved = Regex.Match(failure.Message, @"The model is saved in '(.+-model\.zip)' instead\.$").Groups[1].Value;
        using (var model = SavedModel.ClassifierIn(new MLContext().AddMLTransfer().Model.Load(saved, out _)))
            Assert.Equal(2, model.Labels.Count);
        File.Delete(saved);
    }

    private void Run(
        ImageClassificationOptions options, IProgress<TrainingProgress>? progress = null, int perClass = 2, string model = "model.zip")
    {
        SmallImages.Draw(_folder.PathOf($"train{perClass}"), perClass, seed: 1);
        var images = TrainData.Open(
            _folder.PathOf($"train{perClass}"), validation: null, new TrainSplits([], null, OwnValidation: true),
            ImageDatasetOptions.Default);
        var arguments = new TrainArguments
        {
            Options = options with { Backbone = "cifar_resnet20", Weights = "none", Epochs = 1, Precision = Precision.Float32 },
            Data = images.Training.Path, Images = images, Out = OutputFile.Checked("--out", _folder.PathOf(model)),
        };
        TrainRun.Run(arguments, progress ?? new Progress<TrainingProgress>(), CancellationToken.None);
    }

    private sealed class Emptying(string folder) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (Directory.Exists(folder)) Directory.Delete(folder);
        }
    }

    private sealed class Stumbling : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => throw new ArgumentException("A bug.");
    }
}
