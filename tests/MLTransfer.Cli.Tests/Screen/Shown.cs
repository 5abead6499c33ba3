using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests.Screen;

/// <summary>What a view writes to standard output that is not a terminal.</summary>
internal static class Shown
{
    internal static string By(Action<Surroundings> show)
    {
        using var output = new StringWriter();
        show(new Surroundings { Input = TextReader.Null, Output = output, Words = TextWriter.Null, CacheFolder = "/cache" });
        return output.ToString();
    }
}
