namespace MLTransfer.Cli.CommandLine;

/// <summary>What a run tells the shell.</summary>
internal static class ExitCode
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int Usage = 2;

    internal const string Legend = "Exit codes: 0 done, 1 failed or interrupted, 2 asked wrongly.";
}
