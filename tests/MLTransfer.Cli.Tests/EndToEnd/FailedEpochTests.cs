using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class FailedEpochTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FailedEpochTests()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 6, seed: 1);
        Directory.CreateDirectory(_folder.PathOf("checkpoint"));
        // A file stands where the checkpoint of the third epoch has to go.
        _folder.Write("checkpoint/epoch-00003.partial", []);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_checkpoint_that_cannot_be_written_ends_the_training_and_the_best_model_is_saved()
    {
        var outcome = await Mlt.RunAsync(
            "train", "--data", _folder.PathOf("data"), "--mode", "finetune", "--backbone", "cifar_resnet20", "--weights", "none",
            "--epochs", "6",
            "--checkpoint", _folder.PathOf("checkpoint"), "--report", _folder.Path, "--out", Model, "--json");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        var json = JsonDocument.Parse(outcome.Output).RootElement;
        var best = json.GetProperty("best_epoch").GetInt32();
        Assert.InRange(best, 1, 3);
        Assert.Equal(3, json.GetProperty("epochs").GetInt32());
        Assert.Matches(
            "mlt train: The checkpoint of epoch 3 could not be written: .*epoch-00003.partial.* "
                + $"The best model of the finished epochs, of epoch {best}, is saved in '.*model.zip'", outcome.Words);
        Assert.StartsWith("The checkpoint of epoch 3 could not be written: ", json.GetProperty("failure").GetString(),
            StringComparison.Ordinal);
        Assert.False(json.TryGetProperty("interrupted", out _));
        Assert.Contains(", then failed: The checkpoint of epoch 3 could not be written: ", File.ReadAllText(_folder.PathOf("report.html")),
            StringComparison.Ordinal);
        var evaluation = await Mlt.RunAsync("evaluate", "--model", Model, "--data", _folder.PathOf("data"), "--json");
        Assert.True(evaluation.Code == ExitCode.Done, evaluation.Words);
    }

    private string Model => _folder.PathOf("model.zip");
}
