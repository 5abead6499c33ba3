using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.CommandLine;

public sealed class QuietTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_quiet_training_shows_its_result_and_the_images_it_could_not_read_and_nothing_else()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 6, seed: 1);
        var broken = Path.Combine(Directory.GetDirectories(_folder.PathOf("data"))[0], "torn.png");
        File.WriteAllText(broken, "no image");
        string[] arguments =
        [
            "train", "--data", _folder.PathOf("data"), "--mode", "finetune", "--backbone", "cifar_resnet20", "--weights", "none",
            "--epochs", "2", "--out", _folder.PathOf("model.zip"),
        ];
        var told = await Mlt.RunAsync(arguments);
        var quiet = await Mlt.RunAsync([.. arguments, "--quiet"]);
        quiet.AssertSuccess();
        Assert.Contains("epoch 2 of 2: loss ", told.Error, StringComparison.Ordinal);
        Assert.Matches($@"^skipped '[^']*torn\.png': [^\n]*\n$", quiet.Error.ReplaceLineEndings("\n"));
        Assert.Contains("Best: ", quiet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_are_shown_all_the_same()
    {
        var outcome = await Mlt.RunAsync("predict", "--quiet", "--model", _folder.PathOf("none.zip"), "image.png");
        Assert.NotEqual(ExitCode.Done, outcome.Code);
        Assert.Contains("none.zip", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "xterm", true)]
    [InlineData("", "xterm", true)]
    [InlineData("1", "xterm", false)]
    [InlineData(null, "dumb", false)]
    [InlineData(null, null, true)]
    public void A_terminal_is_drawn_on_unless_it_cannot_or_the_user_wants_plain_lines(string? noColor, string? terminal, bool expected) =>
        Assert.Equal(expected, CommandContext.CanDraw(name => name == "NO_COLOR" ? noColor : terminal));
}
