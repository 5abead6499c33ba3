using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>'mlt train' takes the manifests that 'mlt datasets split' makes, and goes on from the models that it made itself.</summary>
public sealed class SplitsAndFoldsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SplitsAndFoldsTests() => SmallImages.Draw(_folder.PathOf("data"), perClass: 6, seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_manifest_of_folds_is_cross_validated_and_the_model_is_trained_on_all_of_it()
    {
        await FoldedAsync(3);
        var outcome = await TrainAsync("--data", Manifest, "--folds", "--json");
        outcome.AssertSuccess();
        var json = outcome.Json;
        Assert.Equal((12, 0), (json.GetProperty("train_images").GetInt32(), json.GetProperty("val_images").GetInt32()));
        var crossed = json.GetProperty("cross_validation");
        var folds = crossed.GetProperty("folds").EnumerateArray().ToArray();
        Assert.Equal(["fold1", "fold2", "fold3"], folds.Select(fold => fold.GetProperty("fold").GetString()!));
        Assert.All(folds, fold => Assert
            .Equal((8, 4), (fold.GetProperty("train_images").GetInt32(), fold.GetProperty("val_images").GetInt32())));
        double[] accuracies = [.. folds.Select(fold => fold.GetProperty("val_accuracy").GetDouble())];
        var mean = accuracies.Average();
        Assert.Equal(mean, crossed.GetProperty("val_accuracy").GetProperty("mean").GetDouble(), 1e-9);
        Assert.Equal(
            Math.Sqrt(accuracies.Sum(accuracy => Math.Pow(accuracy - mean, 2)) / 2),
            crossed.GetProperty("val_accuracy").GetProperty("deviation").GetDouble(), 1e-9);
        Assert.True(File.Exists(Model));
    }

    [Fact]
    public async Task Any_data_set_is_divided_into_folds_and_mean_and_deviation_are_said()
    {
        var outcome = await TrainAsync("--data", _folder.PathOf("data"), "--folds", "2");
        outcome.AssertSuccess();
        Assert.Contains("fold 2 of 2: 'fold2' held out", outcome.Error, StringComparison.Ordinal);
        Assert.Matches(@"Cross-validation: [\d.]+ % ± [\d.]+ % of the held-out images right after the last epoch "
            + @"\(mean ± standard deviation over 2 folds\)", outcome.Output);
        Assert.Contains("Nothing was held back for validation: the model is that of the last epoch, 3.", outcome.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Splits_of_a_manifest_are_chosen_by_name()
    {
        await FoldedAsync(3);
        var one = await TrainAsync("--data", Manifest, "--split", "fold1,fold3", "--val-fraction", "0", "--json");
        Assert.Equal((8, 0), Counts(one));
        Assert.Contains("training on the splits 'fold1', 'fold3' of", one.Error, StringComparison.Ordinal);
        Assert.Contains("not used: fold2", one.Error, StringComparison.Ordinal);
        var other = await TrainAsync("--data", Manifest, "--val-split", "fold2", "--json");
        Assert.Equal((8, 4), Counts(other));
        var both = await TrainAsync("--data", Manifest, "--split", "fold1", "--val-split", "fold2", "--json");
        Assert.Equal((4, 4), Counts(both));
    }

    [Fact]
    public async Task A_mean_over_the_classes_that_chose_the_epoch_is_in_the_result()
    {
        var outcome = await TrainAsync("--data", _folder.PathOf("data"), "--val-fraction", "0.34", "--choose-by", "macro-f1", "--json");
        outcome.AssertSuccess();
        var chosenBy = outcome.Json.GetProperty("chosen_by");
        Assert.Equal("macro-f1", chosenBy.GetProperty("metric").GetString());
        Assert.InRange(chosenBy.GetProperty("value").GetDouble(), 0, 1);
    }

    [Fact]
    public async Task A_search_measures_its_model_on_the_split_test_and_on_nothing_else()
    {
        foreach (var (split, perClass) in new[] { ("train", 6), ("test", 3) })
            SmallImages.Draw(_folder.PathOf($"parts/{split}"), perClass, seed: perClass);
        string[] search =
        [
            "train", "--data", _folder.PathOf("parts"), "--mode", "auto", "--budget", "1s", "--backbone", "embedded", "--cache", "none",
            "--out", Model,
        ];
        var outcome = await Mlt.RunAsync([.. search, "--report", _folder.PathOf("report"), "--json"]);
        outcome.AssertSuccess();
        Assert.Contains("measuring the model on the split 'test' of '", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("trial 1: features, default", outcome.Error, StringComparison.Ordinal);
        var json = outcome.Json;
        var auto = json.GetProperty("auto");
        var trials = auto.GetProperty("trials").EnumerateArray().ToArray();
        Assert.Single(trials, trial => trial.GetProperty("kept").GetBoolean());
        Assert.Equal(6, auto.GetProperty("test_images").GetInt32());
        Assert.Equal(12, json.GetProperty("train_images").GetInt32() + json.GetProperty("val_images").GetInt32());
        Assert.Contains(
            " % of 6<", await File.ReadAllTextAsync(_folder.PathOf("report/report.html")), StringComparison.Ordinal);

        var measured = await Mlt.RunAsync("evaluate", "--model", Model, "--data", _folder.PathOf("parts"), "--split", "test", "--json");
        Assert.Equal(
            auto.GetProperty("test_accuracy").GetDouble(), measured.Json.GetProperty("micro_accuracy").GetDouble(), 1e-9);

        var apart = await Mlt.RunAsync([.. search, "--test", _folder.PathOf("data")]);
        apart.AssertSuccess();
        Assert.Contains("On 12 images that nothing was chosen by: ", apart.Output, StringComparison.Ordinal);
        Assert.Contains($"evaluate --model {Model} --data {_folder.PathOf("data")}", apart.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--split: '*' has no split 'fold9'. Its splits are fold1, fold2, fold3.", "--split", "fold9")]
    [InlineData("--val-split: '*' has no split 'val'. Its splits are fold1, fold2, fold3.", "--val-split", "val")]
    [InlineData("--val-split is 'fold1', which is trained on, too", "--split", "fold1,fold2", "--val-split", "fold1")]
    [InlineData("--data is '*', which has the splits fold1, fold2, fold3, but none called 'train'. Say which to train on with --split")]
    [InlineData("--folds is 5, and '*' has 3 folds of its own: fold1, fold2, fold3. Leave the number out.", "--folds", "5")]
    [InlineData("--folds excludes --val, --val-split and --val-fraction", "--folds", "3", "--val-fraction", "0.2")]
    [InlineData("--folds is '1'; it must be a whole number from 2 to 1000.", "--folds", "1")]
    [InlineData("--val-split excludes --val and --val-fraction", "--val-split", "fold1", "--val-fraction", "0.2")]
    public async Task Splits_that_cannot_be_used_are_said(string complaint, params string[] options)
    {
        await FoldedAsync(3);
        var outcome = await TrainAsync(["--data", Manifest, .. options]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith($"mlt train: {complaint.Replace("*", Manifest, StringComparison.Ordinal)}", outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fold_with_all_images_of_a_class_is_an_error_that_says_what_to_do()
    {
        string[] images = [.. Directory.GetFiles(_folder.PathOf("data"), "*", SearchOption.AllDirectories).Take(4)];
        File.WriteAllLines(Manifest, ["image,label,split", $"{images[0]},a,fold1", $"{images[1]},b,fold1", $"{images[2]},a,fold2",
            $"{images[3]},a,fold2"]);
        var outcome = await TrainAsync("--data", Manifest, "--folds");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("mlt train: --folds: the fold 'fold1' has all images of b; without it there is nothing to learn them from. "
            + "Give those classes images in another fold, or leave them out.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Folds_have_to_be_numbered_where_the_data_set_has_none()
    {
        var outcome = await TrainAsync("--data", _folder.PathOf("data"), "--folds");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("has no folds of its own; say how many to divide it into, such as --folds 5.", outcome.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_validation_fraction_of_zero_everything_is_trained_on()
    {
        var outcome = await TrainAsync("--data", _folder.PathOf("data"), "--val-fraction", "0");
        outcome.AssertSuccess();
        Assert.Contains("12 training images of 2 classes, 0 for validation.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was held back for validation", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_is_trained_further_with_its_classes_and_with_others()
    {
        await TrainAsync("--data", _folder.PathOf("data"), "--json");
        File.Move(Model, _folder.PathOf("first.zip"));
        var same = await TrainAsync("--data", _folder.PathOf("data"), "--weights", _folder.PathOf("first.zip"), "--json");
        same.AssertSuccess();
        Directory.Move(_folder.PathOf("data/disc-plain"), _folder.PathOf("data/moon"));
        var other = await TrainAsync("--data", _folder.PathOf("data"), "--weights", _folder.PathOf("first.zip"), "--json");
        Assert.Equal(["cross-stripes", "moon"],
            other.Json.GetProperty("classes").EnumerateArray().Select(label => label.GetString()!));
    }

    [Fact]
    public async Task Where_in_a_checkpoint_the_weights_were_found_is_said_once_however_many_folds_there_are()
    {
        var checkpoint = _folder.PathOf("checkpoint.safetensors");
        using (var network = ModelZoo.Find("cifar_resnet20").Build(classes: 2))
        {
            var tensors = StateDict.Save(network).Select(tensor => tensor with { Name = $"model.{tensor.Name}" });
            SafetensorsFile.Write(checkpoint, [.. tensors], new Dictionary<string, string>());
        }
        var outcome = await TrainAsync(
            "--data", _folder.PathOf("data"), "--weights", checkpoint, "--folds", "2", "--tensorboard", _folder.PathOf("runs"));
        outcome.AssertSuccess();
        // Each training has a folder of its own there: TensorBoard shows each folder as a run.
        Assert.Equal(["all", "fold1", "fold2"], Directory.GetFiles(_folder.PathOf("runs"), "*tfevents*", SearchOption.AllDirectories)
            .Select(file => Path.GetFileName(Path.GetDirectoryName(file))).Order(StringComparer.Ordinal));
        Assert.Single(
            outcome.Error.Split('\n'), line =>
            line.TrimEnd() == $"weights: '{checkpoint}' holds the network with names that begin with 'model.'");
    }

    private string Model => _folder.PathOf("model.zip");

    private string Manifest => _folder.PathOf("folds.csv");

    private async Task FoldedAsync(int folds)
    {
        var outcome = await Mlt.RunAsync(
            "datasets", "split", _folder.PathOf("data"), "--folds", folds.ToString(CultureInfo.InvariantCulture), "--out", Manifest);
        outcome.AssertSuccess();
    }

    private Task<Outcome> TrainAsync(params string[] options)
    {
        string[] weights = options.Contains("--weights") ? [] : ["--weights", "none"];
        return Mlt.RunAsync(["train", "--mode", "features", "--backbone", "cifar_resnet20", "--epochs", "3", "--cache", "none", "--out",
            Model, .. weights, .. options]);
    }

    private static (int Training, int Validation) Counts(Outcome outcome)
    {
        outcome.AssertSuccess();
        var json = outcome.Json;
        return (json.GetProperty("train_images").GetInt32(), json.GetProperty("val_images").GetInt32());
    }
}
