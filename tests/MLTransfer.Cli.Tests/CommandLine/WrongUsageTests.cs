using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.CommandLine;

public class WrongUsageTests
{
    [Theory]
    [InlineData("no-command", "")]
    [InlineData("unknown-command", "trian")]
    [InlineData("unknown-subcommand", "weights lst")]
    [InlineData("nothing-asked-of-train", "train")]
    [InlineData("mistyped-option", "train --epoch 3 --data x --mode features --backbone resnet18 --weights none --out x.zip")]
    [InlineData("wrong-values", "train --data x --mode feature --backbone resnet18 --weights none --out x.zip --epochs 0 --batch-size "
        + "many --learning-rate -1 --val-fraction 1 --optimizer adamx --schedule linear --device gpu --precision fp16 --threads 0")]
    [InlineData("option-without-value", "evaluate --data x --model")]
    [InlineData("predict-without-images", "predict --model x.zip")]
    [InlineData("stray-word", "evaluate --model x.zip --data x more")]
    public async Task A_wrong_command_line_is_answered_with_every_mistake_and_what_is_possible(string file, string line)
    {
        var outcome = await Mlt.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal("", outcome.Output);
        Expected.Is($"wrong-{file}.txt", outcome.Error);
    }

    [Fact]
    public async Task Help_of_the_tool_lists_the_commands_with_an_example_of_each()
    {
        var outcome = await Mlt.RunAsync("--help");
        Assert.Equal(ExitCode.Done, outcome.Code);
        Expected.Is("help.txt", outcome.Output);
    }

    [Fact]
    public async Task The_version_is_one_line() => Assert.Matches(@"^mlt \d+\.\d+\.\d+\s$", (await Mlt.RunAsync("--version")).Output);
}
