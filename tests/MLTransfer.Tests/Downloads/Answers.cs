using System.Text;

namespace MLTransfer.Tests.Downloads;

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
