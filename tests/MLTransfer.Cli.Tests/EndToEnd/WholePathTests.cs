using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class WholePathTests(TrainedModel model) : IClassFixture<TrainedModel>
{
    [Fact]
    public void Training_succeeds_and_says_what_it_made_in_one_document()
    {
        Assert.True(model.Outcome.Code == ExitCode.Done, model.Outcome.Error);
        var json = model.Json;
        Assert.Equal("features", json.GetProperty("mode").GetString());
        Assert.Equal(SmallImages.Labels, json.GetProperty("classes").EnumerateArray().Select(label => label.GetString()!));
        Assert.Equal(16, json.GetProperty("train_images").GetInt32());
        Assert.Equal(8, json.GetProperty("val_images").GetInt32());
        Assert.Equal(0, json.GetProperty("skipped_images").GetInt32());
        Assert.Equal(5, json.GetProperty("epochs").GetInt32());
        Assert.Equal(model.Path, json.GetProperty("model").GetString());
        Assert.True(json.GetProperty("seconds").GetProperty("total").GetDouble() > 0);
    }

    [Fact]
    public void Only_the_model_is_left_where_it_was_asked_for() =>
        Assert.Equal(["model.zip"], Directory.GetFiles(Path.GetDirectoryName(model.Path)!).Select(Path.GetFileName));

    [Fact]
    public async Task Evaluation_of_the_saved_model_repeats_the_accuracy_of_training()
    {
        var outcome = await Mlt.RunAsync("evaluate", "--model", model.Path, "--data", model.Validation, "--json");
        outcome.AssertSuccess();
        var json = outcome.Json;
        Assert.Equal(model.Json.GetProperty("val_accuracy").GetDouble(), json.GetProperty("micro_accuracy").GetDouble());
        Assert.Equal(8, json.GetProperty("images").GetInt32());
        Assert.Equal(8, json.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(count => count.GetInt32())));
    }

    [Fact]
    public async Task Evaluation_in_words_has_a_row_for_each_class()
    {
        var outcome = await Mlt.RunAsync("evaluate", "--model", model.Path, "--data", model.Validation);
        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.All(SmallImages.Labels, label => Assert.Contains(label, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_class_that_the_model_does_not_know_is_named_and_counted_apart()
    {
        using var folder = new TemporaryFolder();
        Directory.Move(SmallImages.Draw(folder.PathOf("data"), perClass: 1, seed: 3) + "/disc-plain", folder.PathOf("data/moon"));
        var outcome = await Mlt.RunAsync("evaluate", "--model", model.Path, "--data", folder.PathOf("data"), "--json");
        Assert.Equal(ExitCode.Done, outcome.Code);
        var json = outcome.Json;
        var unknown = Assert.Single(json.GetProperty("unknown_classes").EnumerateArray());
        Assert.Equal(("moon", 1), (unknown.GetProperty("label").GetString(), unknown.GetProperty("images").GetInt32()));
        Assert.Equal(SmallImages.Labels.Count - 1, json.GetProperty("images").GetInt32());
    }

    [Fact]
    public async Task Prediction_ranks_the_classes_and_gives_an_unreadable_image_an_error_in_its_place()
    {
        using var folder = new TemporaryFolder();
        var good = Path.Combine(model.Validation, SmallImages.Labels[0], "000.png");
        var bad = folder.Write("text.jpg", "not an image"u8);
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--top", "2", "--json", good, bad, good);
        outcome.AssertSuccess();
        var rows = outcome.Json.EnumerateArray().ToArray();
        Assert.Equal([good, bad, good], rows.Select(row => row.GetProperty("file").GetString()!));
        Assert.Equal(2, rows[0].GetProperty("top").GetArrayLength());
        Assert.Equal(rows[0].GetProperty("label").GetString(), rows[0].GetProperty("top")[0].GetProperty("label").GetString());
        // 5 digits: single precision
        Assert.Equal(1, rows[0].GetProperty("top").EnumerateArray().Sum(each => each.GetProperty("probability").GetDouble()), 5);
        Assert.False(rows[0].TryGetProperty("error", out _));
        Assert.NotEqual("", rows[1].GetProperty("error").GetString());
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("label").ValueKind);
    }

    [Fact]
    public async Task Several_views_of_an_image_are_scored_where_they_are_asked_for()
    {
        var image = Path.Combine(model.Validation, SmallImages.Labels[0], "000.png");
        var plain = await Mlt.RunAsync("predict", "--model", model.Path, "--json", image);
        var views = await Mlt.RunAsync("predict", "--model", model.Path, "--json", "--tta", "views:5", image);
        views.AssertSuccess();
        Assert.NotEqual(Probability(plain), Probability(views));

        var evaluated = await Mlt.RunAsync("evaluate", "--model", model.Path, "--data", model.Validation, "--tta", "ten-crop");
        Assert.Contains("8 images, 10 views of each (ten-crop), ", evaluated.Output, StringComparison.Ordinal);
        var wrong = await Mlt.RunAsync("predict", "--model", model.Path, "--tta", "sideways", image);
        Assert.Equal(ExitCode.Usage, wrong.Code);
        Assert.Contains("--tta: There is no test-time augmentation 'sideways'.", wrong.Error, StringComparison.Ordinal);

        static double Probability(Outcome outcome) => outcome.Json[0].GetProperty("probability").GetDouble();
    }

    [Fact]
    public async Task The_model_keeps_the_views_it_was_trained_to_score_and_ONNX_files_have_one()
    {
        using var folder = new TemporaryFolder();
        string trained = folder.PathOf("model.zip"), onnx = folder.PathOf("model.onnx");
        var training = await Mlt.RunAsync(
            "train", "--data", model.Training, "--val", model.Validation, "--mode", "features", "--backbone", "cifar_resnet20",
            "--weights", "none", "--epochs", "1", "--cache", "none", "--tta", "flip", "--out", trained);
        training.AssertSuccess();
        Assert.Contains("The model scores 2 views of each image (flip); the accuracies here are of the plain view.", training.Output,
            StringComparison.Ordinal);

        var evaluated = await Mlt.RunAsync("evaluate", "--model", trained, "--data", model.Validation, "--json");
        Assert.Equal("flip", evaluated.Json.GetProperty("tta").GetString());
        var plain = await Mlt.RunAsync("evaluate", "--model", trained, "--data", model.Validation, "--json", "--tta", "none");
        Assert.False(plain.Json.TryGetProperty("tta", out _));
        Assert.NotEqual(
            plain.Json.GetProperty("log_loss").GetDouble(), evaluated.Json.GetProperty("log_loss").GetDouble());

        var exported = await Mlt.RunAsync("export", trained, "--out", onnx);
        exported.AssertSuccess();
        Assert.Contains("the model scores 2 views of each image (flip); the file has the network alone, for one view", exported.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_image_does_not_keep_the_next_from_being_scored_and_the_exit_code_tells_of_it()
    {
        var good = Path.Combine(model.Validation, SmallImages.Labels[0], "000.png");
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--json", "missing.jpg", good);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("'missing.jpg', but there is no such file", outcome.Error, StringComparison.Ordinal);
        var rows = outcome.Json.EnumerateArray().ToArray();
        Assert.Equal(["missing.jpg", good], rows.Select(row => row.GetProperty("file").GetString()!));
        Assert.NotEqual("", rows[0].GetProperty("error").GetString());
        Assert.NotNull(rows[1].GetProperty("label").GetString());
    }

    [Fact]
    public async Task A_limit_of_pixels_is_told_with_how_to_lift_it_and_holds_for_evaluation_too()
    {
        var good = Path.Combine(model.Validation, SmallImages.Labels[0], "000.png");
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--max-pixels", "10", good);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("at most 10 are read, to protect memory (--max-pixels allows more", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (
            await Mlt.RunAsync("evaluate", "--model", model.Path, "--max-pixels", "10", "--data", model.Validation)).Code);
        Assert.Contains("unreadable", (await Mlt.RunAsync("datasets", "check", model.Validation, "--max-pixels", "10")).Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_whose_name_begins_with_a_dash_comes_after_two()
    {
        using var folder = new TemporaryFolder();
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--", "-none.jpg");
        Assert.Contains("'-none.jpg', but there is no such file", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("Unknown option '-none.jpg'", (await Mlt.RunAsync("predict", "--model", model.Path, "-none.jpg")).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Escape_sequences_in_the_names_of_files_never_reach_the_terminal()
    {
        using var folder = new TemporaryFolder();
        var bad = folder.Write("red\u001b[31m\u009b2J\u0007\rx.jpg", "not an image"u8);
        foreach (var asked in (string[][])[["predict", "--model", model.Path, bad], ["datasets", "check", bad],
            ["evaluate", "--model", bad, "--data", bad], ["weights", "inspect", bad], ["nothing\u001b[0m"]])
        {
            var outcome = await Mlt.RunAsync(asked);
            Assert.DoesNotContain((outcome.Output + outcome.Error).Replace(Environment.NewLine, "", StringComparison.Ordinal),
                char.IsControl);
            Assert.Contains('\uFFFD', outcome.Output + outcome.Error);
        }
    }

    [Fact]
    public async Task Prediction_of_nothing_but_unreadable_images_fails()
    {
        var outcome = await Mlt.RunAsync("nowhere.jpg\n", CancellationToken.None, "predict", "--model", model.Path, "-");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("nowhere.jpg", outcome.Output, StringComparison.Ordinal);
    }
}
