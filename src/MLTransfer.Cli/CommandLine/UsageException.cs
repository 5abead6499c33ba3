using MLTransfer.Errors;

namespace MLTransfer.Cli.CommandLine;

/// <summary>The command line is wrong: nothing was done, and the message says what to change.</summary>
internal sealed class UsageException : Exception
{
    internal UsageException(string message)
        : base(message)
    {
    }

    internal UsageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>Turns the library's refusal of an argument into a message about the command line.</summary>
internal static class UsageError
{
    /// <summary>Calls the library; an argument that it refuses is a wrong value of <paramref name="option"/>.</summary>
    /// <param name="option">The option to name in the message; null for none.</param>
    /// <param name="call">Throws an <see cref="ArgumentException"/> for a wrong value.</param>
    /// <exception cref="UsageException">The library refused.</exception>
    internal static T Translate<T>(string? option, Func<T> call)
    {
        try
        {
            return call();
        }
        catch (ArgumentException refusal)
        {
            throw option is null ? new UsageException(OptionException.Sentence(refusal), refusal) : For(option, refusal);
        }
    }

    internal static UsageException For(string option, ArgumentException refusal) =>
        new($"{option}: {OptionException.Sentence(refusal)}", refusal);
}
