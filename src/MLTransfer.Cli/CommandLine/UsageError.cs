namespace MLTransfer.Cli.CommandLine;

/// <summary>Turns the library's refusal of an argument into words about what was asked.</summary>
internal static class UsageError
{
    internal static UsageException For(string option, ArgumentException refusal) => new($"{option}: {Sentence(refusal)}", refusal);

    /// <summary>The message without the parameter's name, which .NET appends and which nobody on the command line has typed.</summary>
    internal static string Sentence(ArgumentException refusal)
    {
        var appended = $" (Parameter '{refusal.ParamName}')";
        return refusal.Message.Replace(appended, "", StringComparison.Ordinal);
    }
}
