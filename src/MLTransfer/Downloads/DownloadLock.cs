namespace MLTransfer.Downloads;

/// <summary>
/// Lets one download of a file run at a time, among all processes: an exclusively opened <c>NAME.lock</c>. The system closes it when its
/// process dies, so the file itself, which stays behind empty, blocks nobody.
/// </summary>
internal static class DownloadLock
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    // EAGAIN of Linux and of macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION of Windows.
    private static readonly int[] InUse = [11, 35, 32, 33];

    /// <summary>Whether a file could not be opened because another process, or another place in this one, holds it exclusively.</summary>
    public static bool IsInUse(IOException error) => InUse.Contains(error.HResult & 0xFFFF);

    /// <summary>Waits until no other download of the file runs.</summary>
    /// <param name="target">The file to be downloaded, in a folder that exists.</param>
    /// <param name="clock">Measures the waiting.</param>
    /// <param name="waiting">Is told once, if there is waiting.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <returns>What to dispose at the end.</returns>
    /// <exception cref="DownloadException">The folder cannot be written to.</exception>
    public static async Task<IDisposable> AcquireAsync(string target, TimeProvider clock, Action waiting, CancellationToken cancel)
    {
        for (bool told = false; ; told = true)
        {
            if (TryOpen(target) is { } held)
                return held;
            if (!told)
                waiting();
            await Task.Delay(BetweenLooks, clock, cancel).ConfigureAwait(false);
        }
    }

    private static FileStream? TryOpen(string target)
    {
        try
        {
            return new FileStream(target + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
        }
        catch (IOException exception) when (IsInUse(exception))
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DownloadException(
                target, $"cannot be written: {exception.Message}",
                "Check the permissions and the free space of its folder, or choose another folder.", exception);
        }
    }
}
