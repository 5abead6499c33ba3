using Polly;
using Polly.Retry;

namespace MLTransfer.Downloads;

/// <summary>Downloads one file: one process at a time, again and again while that helps, checked before it is put into its place.</summary>
internal sealed class Downloader(Download wanted, DownloadConditions conditions, IProgress<DownloadProgress>? progress)
{
    private const long WorthAnotherRound = 1 << 20;

    /// <summary>
    /// Gives the path of the file, which <paramref name="isThere"/> may find to have been brought by another process meanwhile.
    /// </summary>
    /// <exception cref="DownloadException">It cannot be had, or is not what was expected.</exception>
    public async Task<string> RunAsync(Func<string, Task<bool>> isThere, CancellationToken cancel)
    {
        CreateFolder();
        using IDisposable alone = await DownloadLock
            .AcquireAsync(wanted.Target, conditions.Clock, () => Report(DownloadPhase.WaitingForAnother, 0, null), cancel)
            .ConfigureAwait(false);
        if (await isThere(wanted.Target).ConfigureAwait(false))
            return wanted.Target;
        var part = new PartialFile(wanted.Target);
        DownloadException? complaint = await TransferAsync(part, cancel).ConfigureAwait(false);
        // Pieces may be of different contents: only the whole can tell whether the server is to blame.
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
        using HttpMessageHandler handler = conditions.HttpHandler();
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new("MLTransfer", typeof(Downloader).Assembly.GetName().Version?.ToString(3)));
        var limits = new DownloadLimits(DownloadLimits.BytesFor(wanted.AboutBytes), conditions.StallTimeout, conditions.Clock);
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
                // A line that breaks off every now and then still brings a large file, piece by piece.
            }
            catch (TransferException exception)
            {
                throw new DownloadException(
                    wanted.Address.ToString(), $"cannot be downloaded: {exception.Message}",
                    $"{(exception.IsHostUnknown ? "Check whether this machine has a connection to the internet, or needs a proxy (HTTPS_PROXY); try" : "Try")} again later{(part.Length > 0 ? $", which goes on from the {part.Length} bytes that are there" : "")}, or {wanted.ByHand}.", exception);
            }
            catch (HttpRequestException exception)
            {
                throw new DownloadException(
                    wanted.Address.ToString(), $"cannot be downloaded: {exception.InnerException?.Message ?? exception.Message}",
                    "Whoever answers is not who the address names: a proxy, perhaps, whose certificate this machine does not know.",
                    exception);
            }
        }
    }

    // Polly knows no strategy of no retries.
    private ResiliencePipeline Retries(PartialFile part) =>
        conditions.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = conditions.Clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransferException>(exception => !exception.IsHostUnknown || part.Length > 0),
            MaxRetryAttempts = conditions.Retries,
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

    /// <summary>What is wrong with the bytes that came in; null when nothing is.</summary>
    private async Task<DownloadException?> CheckAsync(PartialFile part, CancellationToken cancel)
    {
        Report(DownloadPhase.Checking, part.Length, part.Length);
        if (wanted.Checksum is not { } expected)
            return null;
        string digits = await part.HashAsync(expected, cancel).ConfigureAwait(false);
        return expected.Agrees(digits) ? null : new(
            wanted.Address.ToString(), $"is not what was expected: {part.Length} bytes with the {expected.Algorithm} {digits}, not "
            + $"{expected.Digits}{(expected.Digits.Length < digits.Length ? "…" : "")}",
            "The server, a proxy or the mirror sends something else, such as a page to log in. Nothing of it was used.");
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(wanted.Target)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException(
                wanted.Target, $"cannot be written: {exception.Message.TrimEnd('.')}",
                "Make its folder one that may be written, or name another: XDG_CACHE_HOME, CacheFolder in code.", exception);
        }
    }

    private void Report(DownloadPhase phase, long received, long? total, string? reason = null) =>
        progress?.Report(new(Path.GetFileName(wanted.Target), phase, received, total, reason));
}
