namespace MLTransfer.Cli.CommandLine;

/// <summary>Quotes text so that it can be pasted into a shell as one word.</summary>
internal static class ShellWord
{
    private const string Harmless = "_-./:=@%+,";

    /// <summary>The text as it is if a shell takes it for one word, otherwise in quotation marks.</summary>
    internal static string Quote(string text)
    {
        var harmless = OperatingSystem.IsWindows() ? Harmless + '\\' : Harmless;
        if (text.Length > 0 && text.All(letter => char.IsLetterOrDigit(letter) || harmless.Contains(letter)))
            return text;
        if (OperatingSystem.IsWindows())
            return $"\"{text}\"";
        return $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}

/// <summary>The command that started the tool, as the user would type it again.</summary>
internal static class CommandName
{
    internal const string Default = "mlt";

    // Set by the script that runs the tool from a clone: a process cannot see what its user typed.
    private const string Variable = "MLT_COMMAND";

    /// <param name="environment">Returns the value of an environment variable.</param>
    /// <param name="process">The file of the running process; null if unknown.</param>
    /// <param name="assembly">The file of the tool.</param>
    internal static string Detect(Func<string, string?> environment, string? process, string assembly)
    {
        if (environment(Variable) is { Length: > 0 } script)
            return ShellWord.Quote(script);
        if (process is null)
            return Default;
        if (Path.GetFileNameWithoutExtension(process) == "dotnet")
            return $"dotnet {ShellWord.Quote(Shorten(assembly))}";
        var folders = (environment("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Contains(Path.GetDirectoryName(process)) ? Path.GetFileNameWithoutExtension(process)
            : ShellWord.Quote(Shorten(process));
    }

    // A file below the working directory is named relative to it.
    private static string Shorten(string file)
    {
        var relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), file);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : Path.Combine(".", relative);
    }
}
