namespace MLTransfer.Cli.CommandLine;

/// <summary>A word that can be pasted into a shell.</summary>
internal static class ShellWord
{
    private const string Harmless = "_-./:=@%+,";

    /// <summary>The text as it is where that is one word, or else in quotation marks.</summary>
    internal static string Of(string text)
    {
        var harmless = OperatingSystem.IsWindows() ? Harmless + '\\' : Harmless;
        if (text.Length > 0 && text.All(letter => char.IsLetterOrDigit(letter) || harmless.Contains(letter)))
            return text;
        if (OperatingSystem.IsWindows())
            return $"\"{text}\"";
        return $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
