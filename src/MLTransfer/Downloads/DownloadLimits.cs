namespace MLTransfer.Downloads;

/// <summary>What bounds a transfer.</summary>
/// <param name="MostBytes">Bytes of a file that nobody would take for the one expected.</param>
/// <param name="Stall">How long nothing may come in.</param>
/// <param name="Clock">Measures that.</param>
internal sealed record DownloadLimits(long MostBytes, TimeSpan Stall, TimeProvider Clock)
{
    // The largest weights of torchvision have 2.6 GB.
    private const long Default = 16L << 30;
    private const long Slack = 16L << 20;

    /// <summary>Half as much again as the size that is published, or 16 GiB where none is.</summary>
    public static long BytesFor(long? aboutBytes) => aboutBytes is { } about ? about + (about / 2) + Slack : Default;
}
