using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class InterruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public InterruptionTests() => SmallImages.Draw(_folder.PathOf("data"), perClass: 20, seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Ctrl_C_ends_training_long_before_its_last_epoch_with_the_best_model_saved_and_said()
    {
        using var mlt = Start();
        await mlt.HasSaidItAsync();
        mlt.Interrupt();
        var code = await mlt.EndAsync();
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("interrupted; the best model so far, of epoch ", mlt.Error, StringComparison.Ordinal);
        var evaluation = await Mlt.RunAsync("evaluate", "--model", Model, "--data", _folder.PathOf("data"), "--json");
        evaluation.AssertSuccess();
    }

    [Fact]
    public async Task An_interrupted_training_is_reported_without_scoring_the_validation_images_once_more()
    {
        using var mlt = Start("--val", _folder.PathOf("data"), "--report", _folder.Path);
        await mlt.HasSaidItAsync();
        mlt.Interrupt();
        Assert.Equal(ExitCode.Failed, await mlt.EndAsync());
        Assert.Contains("interrupted; the best model so far, of epoch ", mlt.Error, StringComparison.Ordinal);
        var page = File.ReadAllText(_folder.PathOf("report.html"));
        Assert.Contains(", then interrupted", page, StringComparison.Ordinal);
        Assert.Contains("no results by class", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_training_leaves_the_old_model()
    {
        _folder.Write("model.zip", "old"u8);
        using var mlt = Start();
        await mlt.HasSaidItAsync();
        mlt.Kill();
        await mlt.EndAsync();
        Assert.Equal("old", File.ReadAllText(Model));
    }

    [Fact]
    public async Task Interrupted_before_the_first_epoch_ends_nothing_is_saved()
    {
        using var interruption = new CancellationTokenSource();
        await interruption.CancelAsync();
        var outcome = await Mlt.RunAsync("", interruption.Token, Arguments);
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Equal("", outcome.Output);
        Assert.Contains("interrupted", outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Model));
    }

    private string Model => _folder.PathOf("model.zip");

    private string[] Arguments =>
    [
        "train", "--data", _folder.PathOf("data"), "--mode", "finetune", "--backbone", "cifar_resnet20", "--weights", "none",
        "--epochs", "10000", "--out", Model,
    ];

    private MltProcess Start(params string[] more) => new(" of 10000: loss ", [.. Arguments, .. more]);
}

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
        var json = outcome.Json;
        var best = json.GetProperty("best_epoch").GetInt32();
        Assert.InRange(best, 1, 3);
        Assert.Equal(3, json.GetProperty("epochs").GetInt32());
        Assert.Matches(
            "mlt train: The checkpoint of epoch 3 could not be written: .*epoch-00003.partial.* "
                + $"The best model of the finished epochs, of epoch {best}, is saved in '.*model.zip'", outcome.Error);
        Assert.StartsWith("The checkpoint of epoch 3 could not be written: ", json.GetProperty("failure").GetString(),
            StringComparison.Ordinal);
        Assert.False(json.TryGetProperty("interrupted", out _));
        Assert.Contains(", then failed: The checkpoint of epoch 3 could not be written: ", File.ReadAllText(_folder.PathOf("report.html")),
            StringComparison.Ordinal);
        var evaluation = await Mlt.RunAsync("evaluate", "--model", Model, "--data", _folder.PathOf("data"), "--json");
        evaluation.AssertSuccess();
    }

    private string Model => _folder.PathOf("model.zip");
}
