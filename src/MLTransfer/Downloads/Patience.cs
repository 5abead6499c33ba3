using System.Net.Sockets;
using System.Security.Authentication;

namespace MLTransfer.Downloads;

/// <summary>
/// Awaits what the network does: nothing longer than a stall may last, and every failure of the network as a
/// <see cref="TransferException"/>.
/// </summary>
internal sealed class Patience : IDisposable
{
    private readonly DownloadLimits _limits;
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _either;

    public Patience(DownloadLimits limits, CancellationToken cancel)
    {
        _limits = limits;
        Cancel = cancel;
        _stalled = new(Timeout.InfiniteTimeSpan, limits.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stalled.Token);
    }

    /// <summary>The caller's wish to stop.</summary>
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
