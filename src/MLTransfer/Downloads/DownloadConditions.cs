namespace MLTransfer.Downloads;

/// <summary>How downloads are made, and for how long a bad line is borne.</summary>
/// <param name="Retries">How often a transfer that broke off is tried again, in a row without a mebibyte gained.</param>
/// <param name="StallTimeout">How long a transfer may bring nothing.</param>
/// <param name="Clock">Measures pauses and stalls.</param>
/// <param name="HttpHandler">Makes what HTTP goes through.</param>
internal sealed record DownloadConditions(int Retries, TimeSpan StallTimeout, TimeProvider Clock, Func<HttpMessageHandler> HttpHandler)
{
    /// <summary>
    /// What is usual: four more attempts, 30 seconds, redirections followed though not from https to http, the system's proxies.
    /// </summary>
    public static DownloadConditions Usual { get; } = new(
        4, TimeSpan.FromSeconds(30), TimeProvider.System, () =>
        new SocketsHttpHandler { MaxAutomaticRedirections = 10, ConnectTimeout = TimeSpan.FromSeconds(30) });
}
