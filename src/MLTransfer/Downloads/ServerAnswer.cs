using System.Net;

namespace MLTransfer.Downloads;

/// <summary>What an HTTP answer means for a download.</summary>
internal static class ServerAnswer
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Lets answers with content pass.</summary>
    /// <exception cref="TransferException">The server is busy or in trouble.</exception>
    /// <exception cref="DownloadException">It has no such file, or does not give it.</exception>
    public static void Check(HttpResponseMessage response, Uri address, TimeProvider clock)
    {
        int code = (int)response.StatusCode;
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return;
        if (response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || code >= 500)
            throw new TransferException($"the server answered {code} ({response.ReasonPhrase})", retryAfter: Wait(response, clock));
        throw (response.StatusCode, response.Headers.Location) switch
        {
            (HttpStatusCode.NotFound or HttpStatusCode.Gone, _) =>
                Refused("there is no such file", "Check the address, or the mirror if one is set."),
            (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired, _) =>
                Refused("access is not allowed", "Download it by hand, or set a mirror that gives it to everybody."),
            (_, { } location) => Refused($"it points to {location}, which is not followed: only an http address may lead to http, and "
            + $"at most ten steps", "Use that address itself, if you trust it."),
            _ => Refused(response.ReasonPhrase ?? "no file", "Check the address, or the mirror if one is set."),
        };

        DownloadException Refused(string what, string remedy) =>
            new(address.ToString(), $"cannot be downloaded: the server answered {code}, {what}", remedy);
    }

    /// <summary>
    /// By what the server will know the content again: its ETag unless that is a weak one, else the date of its last change.
    /// </summary>
    public static string? Tag(HttpResponseMessage response) => response.Headers.ETag is { IsWeak: false } tag
        ? tag.ToString()
        : response.Content.Headers.LastModified?.ToString("R");

    private static TimeSpan? Wait(HttpResponseMessage response, TimeProvider clock)
    {
        TimeSpan? asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => null,
        };
        return asked is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestWait.Ticks)) : null;
    }
}
