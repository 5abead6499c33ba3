namespace MLTransfer.Cli.CommandLine;

/// <summary>The command was asked wrongly: nothing was done, and the message says what to ask instead.</summary>
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
