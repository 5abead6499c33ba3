using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MLTransfer.Tests.Downloads;

/// <summary>
/// A web server of this process that answers byte by byte what a test wants, lies included: the n-th request gets the n-th answer, later
/// ones the last.
/// </summary>
internal sealed class TestServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Answer[] _answers;
    private readonly X509Certificate2? _certificate;
    private readonly ConcurrentQueue<Request> _requests = new();
    private int _count;

    public TestServer(params Answer[] answers) : this(null, answers)
    {
    }

    public TestServer(X509Certificate2? certificate, params Answer[] answers)
    {
        (_certificate, _answers) = (certificate, answers);
        _listener.Start();
        _ = ListenAsync();
    }

    /// <summary>The requests that came, in order.</summary>
    public IReadOnlyList<Request> Requests => [.. _requests];

    /// <summary>Where it listens; ends with a slash.</summary>
    public Uri Address => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
        _certificate?.Dispose();
    }

    private async Task ListenAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token));
        }
        catch (Exception end) when (end is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        CancellationToken end = _end.Token;
        try
        {
            using (client)
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(_certificate);
                    stream = secure;
                }
                Request request = await ReadAsync(stream, end);
                _requests.Enqueue(request);
                await _answers[Math.Min(Interlocked.Increment(ref _count), _answers.Length) - 1](request, stream, end);
            }
        }
        catch (Exception end2) when (end2 is IOException or OperationCanceledException or SocketException
            or System.Security.Authentication.AuthenticationException)
        {
            // The client hung up, or the test is over.
        }
    }

    private static async Task<Request> ReadAsync(Stream stream, CancellationToken end)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, end) == 1)
            text.Append((char)one[0]);
        string[] lines = text.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        return new(lines[0].Split(' ')[1],
            lines.Skip(1).Select(line => line.Split(": ", 2))
            .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase));
    }
}

/// <summary>What a client asked.</summary>
internal sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers)
{
    public string? Range => Headers.GetValueOrDefault("Range");

    public string? IfRange => Headers.GetValueOrDefault("If-Range");

    /// <summary>The first byte that is asked for.</summary>
    public int From => Range is { } range ? int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture) : 0;
}

/// <summary>Writes an answer; the connection is closed behind it.</summary>
internal delegate Task Answer(Request request, Stream stream, CancellationToken end);

/// <summary>Answers of honest and of other servers.</summary>
internal static class Answers
{
    /// <summary>A server as it should be: ranges, and If-Range by ETag.</summary>
    public static Answer Honest(byte[] content, string tag = "\"one\"", int? breakOffAfter = null) => async (request, stream, end) =>
    {
        bool part = request.Range is not null && (request.IfRange is null || request.IfRange == tag);
        int from = part ? request.From : 0;
        if (part && from >= content.Length)
        {
            await HeadAsync(stream, "416 Range Not Satisfiable", $"Content-Range: bytes */{content.Length}", "Content-Length: 0");
            return;
        }
        await HeadAsync(
            stream, part ? "206 Partial Content" : "200 OK", $"Content-Length: {content.Length - from}", $"ETag: {tag}",
            part ? $"Content-Range: bytes {from}-{content.Length - 1}/{content.Length}" : "Accept-Ranges: bytes");
        await stream.WriteAsync(content.AsMemory(from, (breakOffAfter ?? content.Length) - from), end);
    };

    /// <summary>The whole file whatever range is asked for, announced with any length.</summary>
    public static Answer Whole(byte[] content, long? announced = null) => async (_, stream, end) =>
    {
        await HeadAsync(stream, "200 OK", $"Content-Length: {announced ?? content.Length}");
        await stream.WriteAsync(content, end);
    };

    /// <summary>The rest of the file from the byte asked for, called by another range and whatever If-Range says.</summary>
    public static Answer Rest(byte[] content, int calledFrom) => async (request, stream, end) =>
    {
        await HeadAsync(
            stream, "206 Partial Content", $"Content-Length: {content.Length - request.From}",
            $"Content-Range: bytes {calledFrom}-{content.Length - 1}/{content.Length}");
        await stream.WriteAsync(content.AsMemory(request.From), end);
    };

    /// <summary>Some bytes, then nothing.</summary>
    public static Answer Stalled(byte[] content, int after) => async (request, stream, end) =>
    {
        await HeadAsync(stream, "200 OK", $"Content-Length: {content.Length}", "ETag: \"one\"");
        await stream.WriteAsync(content.AsMemory(0, after), end);
        await Task.Delay(Timeout.Infinite, end);
    };

    /// <summary>No content.</summary>
    public static Answer Status(string status, params string[] headers) => (_, stream, _) =>
        HeadAsync(stream, status, [.. headers, "Content-Length: 0"]);

    private static async Task HeadAsync(Stream stream, string status, params string[] headers)
    {
        string head = $"HTTP/1.1 {status}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Connection: close\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
    }
}
