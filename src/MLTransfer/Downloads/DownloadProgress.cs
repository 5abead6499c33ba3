namespace MLTransfer.Downloads;

/// <summary>The progress of a download.</summary>
/// <param name="File">The file name on this machine.</param>
/// <param name="Phase">The current step.</param>
/// <param name="Received">The bytes received so far, including those of an earlier run.</param>
/// <param name="Total">The size of the file in bytes; null where the server does not say.</param>
/// <param name="Reason">Before a retry and before a mirror is tried, what went wrong, a sentence without its full stop; else null.</param>
public sealed record DownloadProgress(string File, DownloadPhase Phase, long Received, long? Total, string? Reason = null);

/// <summary>The steps of a download.</summary>
public enum DownloadPhase
{
    /// <summary>Another process is downloading the same file; this one waits for it.</summary>
    WaitingForAnother,

    /// <summary>Bytes are being received.</summary>
    Receiving,

    /// <summary>A failure that may pass; a retry follows shortly.</summary>
    WaitingToRetry,

    /// <summary>This address failed; another one is tried.</summary>
    AskingMirror,

    /// <summary>All bytes are received; their checksum is being computed.</summary>
    Checking,

    /// <summary>The file is complete and verified; its content is being unpacked.</summary>
    Unpacking,
}

/// <summary>A file cannot be downloaded; the message says which, why, and what to do.</summary>
/// <param name="file">Its address, or its path on this machine.</param>
/// <param name="reason">What is wrong, a sentence without its subject: "cannot be downloaded: …".</param>
/// <param name="remedy">What to do, a whole sentence.</param>
/// <param name="cause">The underlying error, if there is one.</param>
public sealed class DownloadException(string file, string reason, string remedy, Exception? cause = null)
    : Exception($"'{file}' {reason}. {remedy}", cause)
{
    /// <summary>Its address, or its path on this machine.</summary>
    public string File => file;

    /// <summary>What is wrong, a sentence without its subject.</summary>
    public string Reason => reason;

    /// <summary>What to do, a whole sentence.</summary>
    public string Remedy => remedy;
}

/// <summary>How downloads are made.</summary>
/// <param name="Retries">Retries in a row without a mebibyte of progress.</param>
/// <param name="StallTimeout">The longest time without any data.</param>
/// <param name="Clock">Measures pauses and stalls.</param>
/// <param name="HttpHandler">Creates the HTTP handler.</param>
internal sealed record DownloadOptions(int Retries, TimeSpan StallTimeout, TimeProvider Clock, Func<HttpMessageHandler> HttpHandler)
{
    /// <summary>
    /// The defaults: four retries, a stall of 30 seconds, redirections but none from https to http, the system's proxies.
    /// </summary>
    public static DownloadOptions Default { get; } = new(
        4, TimeSpan.FromSeconds(30), TimeProvider.System,
        () => new SocketsHttpHandler { MaxAutomaticRedirections = 10, ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>The address with the same path at a mirror, an absolute address with or without a final slash.</summary>
    public static Uri AtMirror(Uri mirror, Uri address) =>
        new(new Uri(mirror.GetLeftPart(UriPartial.Path).TrimEnd('/') + "/"), address.PathAndQuery.TrimStart('/'));
}
