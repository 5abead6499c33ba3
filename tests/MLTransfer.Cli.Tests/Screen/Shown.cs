using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.Screen;

/// <summary>What a view writes to standard output that is not a terminal.</summary>
internal static class Shown
{
    internal static string By(Action<CommandContext> show)
    {
        using var output = new StringWriter();
        show(new CommandContext { Input = TextReader.Null, Output = output, Error = TextWriter.Null, CacheFolder = "/cache" });
        return output.ToString();
    }
}
