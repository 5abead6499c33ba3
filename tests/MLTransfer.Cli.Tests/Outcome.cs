namespace MLTransfer.Cli.Tests;

/// <summary>What a run of the tool came to.</summary>
internal sealed record Outcome(int Code, string Output, string Words);
