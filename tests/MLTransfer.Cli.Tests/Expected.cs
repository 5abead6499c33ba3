namespace MLTransfer.Cli.Tests;

/// <summary>What the user sees, kept as files.</summary>
internal static class Expected
{
    internal static void Is(string file, string actual)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Expected", file);
        // Where it differs, the actual text lies beside the expected one, to be compared and, if right, taken over.
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
