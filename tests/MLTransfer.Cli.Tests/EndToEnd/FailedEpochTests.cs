using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class FailedEpochTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public FailedEpochTests()
    {
        SmallPictures.Draw(_folder.PathOf("data"), perClass: 6, seed: 1);
        Directory.CreateDirectory(_folder.PathOf("checkpoint"));
        // A file stands where the checkpoint of the third epoch has to go.
        _folder.Write("checkpoint/epoch-00003.partial", []);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_best_model_until_a_failing_epoch_is_saved_and_the_error_says_so()
    {
        var outcome = await Mlt.RunAsync(
            "train", "--data", _folder.PathOf("data"), "--mode", "finetune", "--backbone", "cifar_resnet20", "--weights", "none", "--epochs", "6",
            "--checkpoint", _folder.PathOf("checkpoint"), "--report", _folder.Path, "--out", Model, "--json");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Matches("mlt train: Epoch 3 failed: .*epoch-00003.partial.* The best model of the epochs before, of epoch [123], is saved in '.*model.zip'", outcome.Words);
        var json = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.StartsWith("Epoch 3 failed: ", json.GetProperty("failure").GetString(), StringComparison.Ordinal);
        Assert.False(json.TryGetProperty("interrupted", out _));
        Assert.Contains(", then failed: Epoch 3 failed: ", File.ReadAllText(_folder.PathOf("report.html")), StringComparison.Ordinal);
        var evaluation = await Mlt.RunAsync("evaluate", "--model", Model, "--data", _folder.PathOf("data"), "--json");
        Assert.True(evaluation.Code == ExitCode.Done, evaluation.Words);
    }

    private string Model => _folder.PathOf("model.zip");
}
