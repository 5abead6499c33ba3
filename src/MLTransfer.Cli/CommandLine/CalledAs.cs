namespace MLTransfer.Cli.CommandLine;

/// <summary>How the tool was called, for hints of what to type next.</summary>
internal static class CalledAs
{
    internal const string Usual = "mlt";

    // Set by the script that runs the tool from a clone: a process cannot see how the shell that started it was called.
    private const string Variable = "MLT_COMMAND";

    /// <param name="environment">Looks an environment variable up.</param>
    /// <param name="process">The file of the running process; null where it is not known.</param>
    /// <param name="assembly">The file of the tool.</param>
    internal static string Of(Func<string, string?> environment, string? process, string assembly)
    {
        if (environment(Variable) is { Length: > 0 } script)
            return ShellWord.Of(script);
        if (process is null)
            return Usual;
        if (Path.GetFileNameWithoutExtension(process) == "dotnet")
            return $"dotnet {ShellWord.Of(Nearest(assembly))}";
        var folders = (environment("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Contains(Path.GetDirectoryName(process)) ? Path.GetFileNameWithoutExtension(process)
            : ShellWord.Of(Nearest(process));
    }

    // Below the working directory, the way from there is shorter.
    private static string Nearest(string file)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), file);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : Path.Combine(".", relative);
    }
}
