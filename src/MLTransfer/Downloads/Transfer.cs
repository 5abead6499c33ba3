using System.Net;
using System.Net.Http.Headers;

namespace MLTransfer.Downloads;

/// <summary>One attempt at downloading a file, going on where an earlier one ended.</summary>
internal sealed class Transfer(HttpClient client, Uri address, PartialFile part, DownloadLimits limits, Action<long, long?> progress)
{
    private const int BufferSize = 256 << 10;

    /// <summary>Brings in all that is missing.</summary>
    /// <exception cref="TransferException">It broke off; another attempt may bring more.</exception>
    /// <exception cref="DownloadException">No other attempt would help.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        using var patience = new Patience(limits, cancel);
        long have = part.Length;
        using HttpRequestMessage request = Request(have);
        using HttpResponseMessage response =
            await patience.AwaitAsync(token => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token))
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0)
        {
            if (response.Content.Headers.ContentRange?.Length == have)
                return;
            part.Discard();
            throw new TransferException("what had been downloaded before is not of this file; it begins anew");
        }
        ServerAnswer.Check(response, address, limits.Clock);
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From != have)
        {
            part.Discard();
            throw new TransferException("the server sent another part than it was asked for; it begins anew");
        }
        if (response.StatusCode != HttpStatusCode.PartialContent)
            have = 0;
        long? total = have + response.Content.Headers.ContentLength;
        if (total > limits.MostBytes)
            throw Refused(total.Value);
        await ReceiveAsync(response, have, total, patience).ConfigureAwait(false);
    }

    private HttpRequestMessage Request(long have)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        // What is compressed on the way is neither the file that the hash is of nor of the length that is announced.
        request.Headers.AcceptEncoding.Add(new("identity"));
        if (have == 0)
            return request;
        request.Headers.Range = new RangeHeaderValue(have, null);
        if (part.Tag is { } tag)
            request.Headers.TryAddWithoutValidation("If-Range", tag);
        return request;
    }

    private async Task ReceiveAsync(HttpResponseMessage response, long have, long? total, Patience patience)
    {
        Stream content = await patience.AwaitAsync(response.Content.ReadAsStreamAsync).ConfigureAwait(false);
        FileStream file = part.Open(have, ServerAnswer.Tag(response));
        await using (file.ConfigureAwait(false))
        {
            byte[] buffer = new byte[BufferSize];
            progress(have, total);
            while (await patience.AwaitAsync(token => content.ReadAsync(buffer, token).AsTask()).ConfigureAwait(false) is var count and > 0)
            {
                have += count;
                if (have > limits.MostBytes)
                    throw Refused(have);
                await part.WriteAsync(file, buffer.AsMemory(0, count), patience.Cancel).ConfigureAwait(false);
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
