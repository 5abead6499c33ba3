using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;

namespace MLTransfer.Downloads;

/// <summary>One attempt at downloading a file, resuming where an earlier one ended.</summary>
internal sealed class Transfer(HttpClient client, Uri address, PartialFile part, DownloadLimits limits, Action<long, long?> progress)
{
    private const int BufferSize = 256 << 10;

    /// <summary>Downloads all missing bytes.</summary>
    /// <exception cref="TransferException">The transfer broke off; another attempt may help.</exception>
    /// <exception cref="DownloadException">No other attempt would help.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var network = new NetworkWait(limits, cancel);
        long have = part.Length;
        using HttpRequestMessage request = Request(have);
        using HttpResponseMessage response =
            await network.AwaitAsync(token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token))
                .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
        {
            if (response.Content.Headers.ContentRange?.Length == have)
                return;
            part.Discard();
            throw new TransferException("the part downloaded before is not of this file; it starts again");
        }
        ServerResponse.Check(response, address, limits.Clock);
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From != have)
        {
            part.Discard();
            throw new TransferException("the server sent another part than it was asked for; it starts again");
        }
        if (response.StatusCode != HttpStatusCode.PartialContent)
            have = 0;
        long? total = have + response.Content.Headers.ContentLength;
        if (total > limits.MostBytes)
            throw Refused(total.Value);
        await ReceiveAsync(response, have, total, network).ConfigureAwait(false);
    }

    private HttpRequestMessage Request(long have)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        // A compressed response would match neither the hash nor the announced length of the file.
        request.Headers.AcceptEncoding.Add(new("identity"));
        if (have == 0)
            return request;
        request.Headers.Range = new RangeHeaderValue(have, null);
        if (part.Tag is { } tag)
            request.Headers.TryAddWithoutValidation("If-Range", tag);
        return request;
    }

    private async Task ReceiveAsync(HttpResponseMessage response, long have, long? total, NetworkWait network)
    {
        Stream content = await network.AwaitAsync(response.Content.ReadAsStreamAsync).ConfigureAwait(false);
        FileStream file = part.Open(have, ServerResponse.Tag(response));
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[BufferSize];
            progress(have, total);
            while (await network.AwaitAsync(token => content.ReadAsync(buffer, token).AsTask()).ConfigureAwait(false) is var count and > 0)
            {
                have += count;
                if (have > limits.MostBytes)
                    throw Refused(have);
                await part.WriteAsync(file, buffer.AsMemory(0, count), network.Cancel).ConfigureAwait(false);
                progress(have, total);
            }
            part.Close(file);
        }
        if (have < total)
            throw new TransferException($"the connection ended after {have} of {total} bytes");
    }

    private DownloadException Refused(long bytes)
    {
        part.Discard();
        return new(address.ToString(), $"is refused: it has {bytes} bytes or more, and at most {limits.MostBytes} are expected",
            "The server, a proxy or the mirror sends something else; ask for another address.");
    }
}

/// <summary>A transfer broke off for a reason that may pass; the received bytes are kept, and it can be retried.</summary>
internal sealed class TransferException(string reason, Exception? cause = null, TimeSpan? retryAfter = null, bool isHostUnknown = false)
    : Exception(reason, cause)
{
    /// <summary>
    /// Whether the host name cannot be resolved. Retries hardly help: usually there is no internet connection.
    /// </summary>
    public bool IsHostUnknown => isHostUnknown;

    /// <summary>How long the server asks to wait (Retry-After); null where it does not.</summary>
    public TimeSpan? RetryAfter => retryAfter;
}

/// <summary>The limits of a transfer.</summary>
/// <param name="MostBytes">The size above which a file cannot be the expected one.</param>
/// <param name="Stall">The longest time without any data.</param>
/// <param name="Clock">Measures that time.</param>
internal sealed record DownloadLimits(long MostBytes, TimeSpan Stall, TimeProvider Clock)
{
    // The largest weights of torchvision are 2.6 GB.
    private const long Default = 16L << 30;
    private const long Slack = 16L << 20;

    /// <summary>One and a half times the published size plus 16 MiB, or 16 GiB where no size is published.</summary>
    public static long BytesFor(long? aboutBytes) => aboutBytes is { } about ? about + (about / 2) + Slack : Default;
}

/// <summary>What an HTTP response means for a download.</summary>
internal static class ServerResponse
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>Throws unless the response has content.</summary>
    /// <exception cref="TransferException">The server is overloaded or failing; a retry may help.</exception>
    /// <exception cref="DownloadException">The server has no such file, or refuses it.</exception>
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
            (_, { } location) => Refused(
                $"it points to {location}, which is not followed: only an http address may lead to http, and at most ten steps",
                "Use that address itself, if you trust it."),
            _ => Refused(response.ReasonPhrase ?? "no file", "Check the address, or the mirror if one is set."),
        };

        DownloadException Refused(string what, string remedy) =>
            new(address.ToString(), $"cannot be downloaded: the server answered {code}, {what}", remedy);
    }

    /// <summary>
    /// Identifies the content for If-Range: its strong ETag, else its last modification date; null where there is neither.
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

/// <summary>
/// Awaits network operations: turns stalls and failures of the network into <see cref="TransferException"/>.
/// </summary>
internal sealed class NetworkWait : IDisposable
{
    private readonly DownloadLimits _limits;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public NetworkWait(DownloadLimits limits, CancellationToken cancel)
    {
        _limits = limits;
        Cancel = cancel;
        _stalled = new(Timeout.InfiniteTimeSpan, limits.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stalled.Token);
    }

    /// <summary>The caller's cancellation.</summary>
    public CancellationToken Cancel { get; }

    public async Task<T> AwaitAsync<T>(Func<CancellationToken, Task<T>> wait)
    {
        _stalled.CancelAfter(_limits.Stall);
        try
        {
            return await wait(_either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (!Cancel.IsCancellationRequested)
        {
            throw new TransferException($"nothing came in for {_limits.Stall.TotalSeconds:0.#} seconds", exception);
        }
        catch (HttpRequestException exception) when (exception.InnerException is not AuthenticationException)
        {
            Exception innermost = Innermost(exception);
            throw new TransferException(innermost.Message.TrimEnd('.'), exception,
                isHostUnknown: innermost is SocketException { SocketErrorCode: SocketError.HostNotFound });
        }
        catch (IOException exception)
        {
            throw new TransferException($"the connection broke off ({Innermost(exception).Message.TrimEnd('.')})", exception);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _stalled.Dispose();
    }

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
