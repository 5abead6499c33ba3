namespace MLTransfer.Downloads;

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file on this machine.</param>
/// <param name="Phase">What is being done.</param>
/// <param name="Received">Bytes that are there, those of an earlier run among them.</param>
/// <param name="Total">Bytes of the whole file, where the server says.</param>
/// <param name="Reason">While waiting to try again, and before a mirror is asked: what went wrong, a sentence without its end; else
/// null.</param>
public sealed record DownloadProgress(string File, DownloadPhase Phase, long Received, long? Total, string? Reason = null);

/// <summary>What a download does.</summary>
public enum DownloadPhase
{
    /// <summary>Another process downloads the same file; this one waits for it.</summary>
    WaitingForAnother,

    /// <summary>Bytes come in.</summary>
    Receiving,

    /// <summary>Something went wrong that may pass; it is tried again shortly.</summary>
    WaitingToRetry,

    /// <summary>It cannot be had there; another address is asked.</summary>
    AskingMirror,

    /// <summary>All bytes are there; their checksum is computed.</summary>
    Checking,

    /// <summary>The file is there and right; its content is unpacked.</summary>
    Unpacking,
}
