using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Estimators;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>TensorFlow graphs as models and as backbones.</summary>
public sealed class GraphModelTests(TrainedModel model) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Graph => ColorGraph.Write(_folder.PathOf("model.pb"));

    [Fact]
    public async Task A_graph_predicts_with_the_labels_of_a_file()
    {
        var outcome = await Mlt.RunAsync(
            "predict", "--model", Graph, "--labels", Labels("blue", "green"), "--top", "2", "--json", model.Validation);
        outcome.AssertSuccess();
        var rows = outcome.Json.EnumerateArray().ToArray();
        Assert.Equal(8, rows.Length);
        Assert.All(rows, row => Assert.Contains(row.GetProperty("label").GetString(), (string[])["blue", "green"]));
        // 5 digits: single precision
        Assert.All(rows, row => Assert.Equal(
            1, row.GetProperty("top").EnumerateArray().Sum(each => each.GetProperty("probability").GetDouble()), 5));

        var swapped = await Mlt.RunAsync("predict", "--model", Graph, "--output", "logits", "--input", "images", "--colors", "imagenet",
            "--bgr", "--image-size", "8", "--json", model.Validation);
        swapped.AssertSuccess();
        Assert.All(swapped.Json.EnumerateArray(), row => Assert.Contains(row.GetProperty("label").GetString(), (string[])["0", "1"]));
    }

    [Theory]
    [InlineData("one", "are 1, and the graph gives 2 scores")]
    [InlineData("", "but there is no such file")]
    public async Task Labels_that_do_not_fit_are_wrong_usage(string label, string expected)
    {
        var outcome = await Mlt.RunAsync(
            "predict", "--model", Graph, "--labels", label.Length > 0 ? Labels(label) : _folder.PathOf("none.txt"), model.Validation);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(expected, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_graphs_are_refused_for_other_models_and_half_of_the_nodes_for_graphs()
    {
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--bgr", model.Validation);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--bgr is for graphs (.pb, .onnx)", outcome.Error, StringComparison.Ordinal);
        outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--labels", Labels("blue", "green"), model.Validation);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--labels is for graphs (.pb, .onnx)", outcome.Error, StringComparison.Ordinal);
        outcome = await Mlt.RunAsync("predict", "--model", Graph, "--input", "images", model.Validation);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--input is given and --output is not", outcome.Error, StringComparison.Ordinal);
        outcome = await Mlt.RunAsync("predict", "--model", Graph, "--output", "logit", model.Validation);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("Did you mean 'logits'?", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_is_trained_on_a_node_of_a_graph_and_the_graph_itself_is_not()
    {
        string[] asked = ["train", "--data", model.Training, "--val", model.Validation, "--backbone", $"graph:{Graph}#features", "--epochs",
            "2", "--out", _folder.PathOf("model.zip")];
        var outcome = await Mlt.RunAsync([.. asked, "--mode", "features", "--cache", "none", "--json"]);
        outcome.AssertSuccess();
        var predicted = await Mlt.RunAsync("predict", "--model", _folder.PathOf("model.zip"), "--json", model.Validation);
        predicted.AssertSuccess();
        outcome = await Mlt.RunAsync([.. asked, "--mode", "finetune"]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("cannot be trained", outcome.Error, StringComparison.Ordinal);
        outcome = await Mlt.RunAsync([.. asked, "--mode", "features", "--weights", "some.pth"]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--weights: The weights are 'some.pth', and a graph has its own.", outcome.Error, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Labels(params string[] lines)
    {
        File.WriteAllLines(_folder.PathOf("labels.txt"), lines);
        return _folder.PathOf("labels.txt");
    }
}
