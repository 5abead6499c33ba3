using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Tests;

/// <summary>What the user sees, kept as files.</summary>
internal static class Expected
{
    internal static void Is(string file, string actual)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Expected", file);
        // If it differs, the actual text is written next to the expected one, to be compared and, if right, adopted.
        if (!File.Exists(path) || File.ReadAllText(path) != actual)
            WriteBeside(path, actual);
        Assert.True(File.Exists(path), $"There is no expected file '{path}'; what was seen is in '{path}.actual'.");
        Assert.Equal(File.ReadAllText(path), actual);
    }

    private static void WriteBeside(string path, string actual)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".actual", actual);
    }
}

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
