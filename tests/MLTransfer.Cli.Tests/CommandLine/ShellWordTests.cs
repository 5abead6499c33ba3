using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.CommandLine;

public class ShellWordTests
{
    [Theory]
    [InlineData("./mlt", "/usr/bin/dotnet", "./mlt")]
    [InlineData("/home/ada/my tools/mlt", "/usr/bin/dotnet", "'/home/ada/my tools/mlt'")]
    [InlineData(null, "/usr/bin/dotnet", "dotnet /opt/mlt/mlt.dll")]
    [InlineData(null, "/home/ada/.dotnet/tools/mlt", "mlt")]
    [InlineData(null, "/opt/mlt/mlt", "/opt/mlt/mlt")]
    [InlineData(null, null, "mlt")]
    public void Hints_begin_with_what_was_typed(string? script, string? process, string expected)
    {
        string? Variable(string name) => name switch
        {
            "MLT_COMMAND" => script,
            "PATH" => string.Join(Path.PathSeparator, "/usr/bin", "/home/ada/.dotnet/tools"),
            _ => null,
        };
        Assert.Equal(expected, CommandName.Detect(Variable, process, "/opt/mlt/mlt.dll"));
    }

    [Theory]
    [InlineData("plain/way-1_2.zip", "plain/way-1_2.zip")]
    [InlineData("größe", "größe")]
    [InlineData("two words", "'two words'")]
    [InlineData("it's", @"'it'\''s'")]
    [InlineData("$(rm x)", "'$(rm x)'")]
    [InlineData("", "''")]
    public void Words_can_be_pasted_into_a_shell(string text, string expected) => Assert.Equal(expected, ShellWord.Quote(text));
}
