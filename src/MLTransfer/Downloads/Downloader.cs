using Polly;
using Polly.Retry;

namespace MLTransfer.Downloads;

/// <summary>
/// Downloads one file: in one process at a time, with retries and resumption, and verified before it is renamed into place.
/// </summary>
internal sealed class Downloader(Download wanted, DownloadOptions options, IProgress<DownloadProgress>? progress)
{
    private const long WorthAnotherRound = 1 << 20;

    /// <summary>
    /// Returns the path of the file, which another process may have downloaded meanwhile: <paramref name="isThere"/> finds out.
    /// </summary>
    /// <exception cref="DownloadException">It cannot be downloaded, or is not what was expected.</exception>
    public async Task<string> RunAsync(Func<string, Task<bool>> isThere, CancellationToken cancel)
    {
        CreateFolder(wanted.Target);
        using IDisposable alone = await DownloadLock
            .AcquireAsync(wanted.Target, options.Clock, () => Report(DownloadPhase.WaitingForAnother, 0, null), cancel)
            .ConfigureAwait(false);
        if (await isThere(wanted.Target).ConfigureAwait(false))
            return wanted.Target;
        var part = new PartialFile(wanted.Target);
        DownloadException? complaint = await TransferAsync(part, cancel).ConfigureAwait(false);
        // Resumed pieces may come from different versions of the file; only a whole download proves that the server is wrong.
        if (complaint is not null && part.IsPatched)
        {
            part.Discard();
            complaint = await TransferAsync(part, cancel).ConfigureAwait(false);
        }
        if (complaint is not null)
        {
            part.Discard();
            throw complaint;
        }
        part.Finish();
        return wanted.Target;
    }

    private async Task<DownloadException?> TransferAsync(PartialFile part, CancellationToken cancel)
    {
        await ReceiveAsync(part, cancel).ConfigureAwait(false);
        return await CheckAsync(part, cancel).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(PartialFile part, CancellationToken cancel)
    {
        using HttpMessageHandler handler = options.HttpHandler();
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new("MLTransfer", typeof(Downloader).Assembly.GetName().Version?.ToString(3)));
        var limits = new DownloadLimits(DownloadLimits.BytesFor(wanted.AboutBytes), options.StallTimeout, options.Clock);
        var transfer = new Transfer(client, wanted.Address, part, limits,
            (received, total) => Report(DownloadPhase.Receiving, received, total));
        ResiliencePipeline retries = Retries(part);
        for (long before = part.Length; ; before = part.Length)
        {
            try
            {
                await retries.ExecuteAsync(async token => await transfer.RunAsync(token).ConfigureAwait(false), cancel)
                    .ConfigureAwait(false);
                return;
            }
            catch (TransferException) when (part.Length >= before + WorthAnotherRound)
            {
                // An unstable connection still downloads a large file, piece by piece.
            }
            catch (TransferException exception)
            {
                throw Failed(exception, part.Length);
            }
            catch (HttpRequestException exception)
            {
                throw new DownloadException(
                    wanted.Address.ToString(), $"cannot be downloaded: {exception.InnerException?.Message ?? exception.Message}",
                    "The server that answers is not the one that the address names: a proxy, perhaps, whose certificate this machine "
                    + "does not trust.",
                    exception);
            }
        }
    }

    private DownloadException Failed(TransferException exception, long received)
    {
        string advice = exception.IsHostUnknown
            ? "Check whether this machine has a connection to the internet, or needs a proxy (HTTPS_PROXY); try"
            : "Try";
        string resume = received > 0 ? $", which goes on from the {received} bytes that are there" : "";
        return new DownloadException(
            wanted.Address.ToString(), $"cannot be downloaded: {exception.Message}", $"{advice} again later{resume}, or {wanted.ByHand}.",
            exception);
    }

    // Polly has no retry strategy with zero attempts.
    private ResiliencePipeline Retries(PartialFile part) =>
        options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = options.Clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransferException>(exception => !exception.IsHostUnknown || part.Length > 0),
            MaxRetryAttempts = options.Retries,
            Delay = TimeSpan.FromSeconds(1),
            BackoffType = DelayBackoffType.Exponential,
            DelayGenerator = attempt => new((attempt.Outcome.Exception as TransferException)?.RetryAfter),
            OnRetry = attempt =>
            {
                Report(DownloadPhase.WaitingToRetry, part.Length, null, attempt.Outcome.Exception?.Message);
                return default;
            },
        })
        .Build();

    /// <summary>What is wrong with the received bytes; null where they are right.</summary>
    private async Task<DownloadException?> CheckAsync(PartialFile part, CancellationToken cancel)
    {
        Report(DownloadPhase.Checking, part.Length, part.Length);
        if (wanted.Checksum is not { } expected)
            return null;
        string digits = await part.HashAsync(expected, cancel).ConfigureAwait(false);
        return expected.Matches(digits) ? null : new DownloadException(
            wanted.Address.ToString(),
            $"is not what was expected: {part.Length} bytes with the {expected.Algorithm} {digits}, not "
                + $"{expected.Digits}{(expected.Digits.Length < digits.Length ? "…" : "")}",
            "The server, a proxy or the mirror sends something else, such as a page to log in. Nothing of it was used.");
    }

    /// <summary>Creates the folder of a file.</summary>
    /// <exception cref="DownloadException">It cannot be created.</exception>
    public static void CreateFolder(string target)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException(
                target, $"cannot be written: {exception.Message.TrimEnd('.')}",
                "Make its folder writable, or choose another: XDG_CACHE_HOME, CacheFolder in code.", exception);
        }
    }

    private void Report(DownloadPhase phase, long received, long? total, string? reason = null) =>
        progress?.Report(new(Path.GetFileName(wanted.Target), phase, received, total, reason));
}

/// <summary>A file to download.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Target">Its path on this machine; the folder is created.</param>
/// <param name="Checksum">Its published hash; null where there is none, and only https vouches for the content.</param>
/// <param name="AboutBytes">Its size to within a percent; null where it is not known.</param>
/// <param name="ByHand">What the user can do instead, continuing a sentence: "put the file into …".</param>
internal sealed record Download(Uri Address, string Target, Checksum? Checksum, long? AboutBytes, string ByHand);
