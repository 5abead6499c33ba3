using Polly;
using Polly.Retry;

namespace MLTransfer.Weights;

/// <summary>Downloads one file: one process at a time, again and again while that helps, checked before it is put into its place.</summary>
internal sealed class Downloader(WeightStoreOptions options, RemoteWeights remote, long? aboutBytes, IProgress<DownloadProgress>? progress)
{
    private const long WorthAnotherRound = 1 << 20;
    private readonly Uri _address = options.AddressOf(remote);
    private readonly string _target = Path.Combine(options.CacheFolder, remote.FileName);

    /// <summary>Gives the path of the file, which <paramref name="isThere"/> may find to have been brought by another process meanwhile.</summary>
    /// <exception cref="WeightsException">It cannot be had, or is not what was expected.</exception>
    public async Task<string> RunAsync(Func<string, Task<bool>> isThere, CancellationToken cancel)
    {
        CreateFolder();
        using IDisposable alone = await DownloadLock.AcquireAsync(_target, options.Clock, () => Report(DownloadPhase.WaitingForAnother, 0, null), cancel).ConfigureAwait(false);
        if (await isThere(_target).ConfigureAwait(false))
            return _target;
        var part = new PartialFile(_target);
        WeightsException? complaint = await TransferAsync(part, cancel).ConfigureAwait(false);
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
        return _target;
    }

    private async Task<WeightsException?> TransferAsync(PartialFile part, CancellationToken cancel)
    {
        await ReceiveAsync(part, cancel).ConfigureAwait(false);
        return await CheckAsync(part, cancel).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(PartialFile part, CancellationToken cancel)
    {
        using HttpMessageHandler handler = options.HttpHandler();
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new("MLTransfer", typeof(Downloader).Assembly.GetName().Version?.ToString(3)));
        var limits = new DownloadLimits(DownloadLimits.BytesFor(aboutBytes), options.StallTimeout, options.Clock);
        var transfer = new Transfer(client, _address, part, limits, (received, total) => Report(DownloadPhase.Receiving, received, total));
        ResiliencePipeline retries = Retries(part);
        for (long before = part.Length; ; before = part.Length)
        {
            try
            {
                await retries.ExecuteAsync(async token => await transfer.RunAsync(token).ConfigureAwait(false), cancel).ConfigureAwait(false);
                return;
            }
            catch (TransferException) when (part.Length >= before + WorthAnotherRound)
            {
                // A line that breaks off every now and then still brings a large file, piece by piece.
            }
            catch (TransferException exception)
            {
                throw new WeightsException(
                    _address.ToString(), $"cannot be downloaded: {exception.Message}",
                    $"Try again later{(part.Length > 0 ? $", which goes on from the {part.Length} bytes that are there" : "")}, or put the file into one of {string.Join(", ", options.Places)}.", exception);
            }
            catch (HttpRequestException exception)
            {
                throw new WeightsException(
                    _address.ToString(), $"cannot be downloaded: {exception.InnerException?.Message ?? exception.Message}",
                    "Whoever answers is not who the address names: a proxy, perhaps, whose certificate this machine does not know.", exception);
            }
        }
    }

    // Polly knows no strategy of no retries.
    private ResiliencePipeline Retries(PartialFile part) => options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder { TimeProvider = options.Clock }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<TransferException>(),
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

    /// <summary>What is wrong with the bytes that came in; null when nothing is.</summary>
    private async Task<WeightsException?> CheckAsync(PartialFile part, CancellationToken cancel)
    {
        Report(DownloadPhase.Checking, part.Length, part.Length);
        string sha256 = await part.HashAsync(cancel).ConfigureAwait(false);
        return sha256.StartsWith(remote.Sha256, StringComparison.Ordinal) ? null : new(
            _address.ToString(), $"is not what was expected: {part.Length} bytes with the SHA-256 {sha256}, not {remote.Sha256}{(remote.Sha256.Length < sha256.Length ? "…" : "")}",
            "The server, a proxy or the mirror sends something else, such as a page to log in. Nothing of it was used.");
    }

    private void CreateFolder()
    {
        try
        {
            Directory.CreateDirectory(options.CacheFolder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WeightsException(_target, $"cannot be written: {exception.Message}", "Let the cache be elsewhere, or create its folder.", exception);
        }
    }

    private void Report(DownloadPhase phase, long received, long? total, string? reason = null) =>
        progress?.Report(new(remote.FileName, phase, received, total, reason));
}
