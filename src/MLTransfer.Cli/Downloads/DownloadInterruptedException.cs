namespace MLTransfer.Cli.Downloads;

/// <summary>A download was interrupted by whoever asked for it: no failure, and nothing is lost.</summary>
internal sealed class DownloadInterruptedException(OperationCanceledException cause)
    : Exception("interrupted; what was downloaded is kept, and the same command goes on from there.", cause);
