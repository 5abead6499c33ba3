namespace MLTransfer.Downloads;

/// <summary>
/// The received part of a download: <c>NAME.part</c> next to the target, and <c>NAME.part.tag</c> with the ETag or date that identifies
/// the content on the server. Both outlive the process, so that the next one can resume.
/// </summary>
internal sealed class PartialFile
{
    private readonly string _target;
    private readonly string _tagPath;

    /// <summary>Finds the part that an earlier process received.</summary>
    /// <param name="target">The path of the complete file.</param>
    public PartialFile(string target)
    {
        _target = target;
        Path = target + ".part";
        _tagPath = target + ".part.tag";
        IsPatched = Length > 0;
    }

    /// <summary>The file with the received bytes.</summary>
    public string Path { get; }

    /// <summary>The number of received bytes.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Whether the bytes were received in more than one piece.</summary>
    public bool IsPatched { get; private set; }

    /// <summary>The server's tag of the content, for If-Range; null where there is none.</summary>
    /// <exception cref="DownloadException">The tag file cannot be read.</exception>
    public string? Tag => Written(() => File.Exists(_tagPath) ? File.ReadAllText(_tagPath) : null);

    /// <summary>Opens the file to write from <paramref name="from"/> on, which is its length or 0.</summary>
    /// <exception cref="DownloadException">The file cannot be written.</exception>
    public FileStream Open(long from, string? tag) => Written(() =>
    {
        IsPatched = from > 0;
        if (tag is null)
            File.Delete(_tagPath);
        else
            File.WriteAllText(_tagPath, tag);
        return new FileStream(Path, from > 0 ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 1,
            FileOptions.Asynchronous);
    });

    /// <summary>Appends bytes.</summary>
    /// <exception cref="DownloadException">They cannot be written, for example because the disk is full.</exception>
    public async Task WriteAsync(FileStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        try
        {
            await stream.WriteAsync(bytes, cancel).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>Flushes everything to disk and closes the file.</summary>
    /// <exception cref="DownloadException">The disk is full, which some file systems report only now.</exception>
    public void Close(FileStream stream) => Written(() =>
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        return Path;
    });

    /// <summary>The hash of the received bytes.</summary>
    /// <exception cref="DownloadException">They cannot be read.</exception>
    public async Task<string> HashAsync(Checksum checksum, CancellationToken cancel)
    {
        try
        {
            return await checksum.ComputeAsync(Path, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>Deletes everything received.</summary>
    /// <exception cref="DownloadException">It cannot be deleted.</exception>
    public void Discard() => Written(() =>
    {
        File.Delete(Path);
        File.Delete(_tagPath);
        return IsPatched = false;
    });

    /// <summary>Renames the file to its target.</summary>
    /// <exception cref="DownloadException">It cannot be renamed.</exception>
    public void Finish() => Written(() =>
    {
        File.Move(Path, _target, overwrite: true);
        File.Delete(_tagPath);
        return _target;
    });

    private T Written<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
    }

    private DownloadException Unwritable(Exception cause) => new(
        _target, $"cannot be written: {cause.Message}",
        "Check the permissions and the free space of its folder, or choose another folder.", cause);
}

/// <summary>
/// Allows one download of a file at a time among all processes, by an exclusively opened <c>NAME.lock</c>. The system closes it when its
/// process dies, so the empty file that remains blocks no one.
/// </summary>
internal static class DownloadLock
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    // EAGAIN on Linux and on macOS; ERROR_SHARING_VIOLATION and ERROR_LOCK_VIOLATION on Windows.
    private static readonly int[] InUse = [11, 35, 32, 33];

    /// <summary>Whether a file could not be opened because it is open exclusively, in this process or another.</summary>
    public static bool IsInUse(IOException error) => InUse.Contains(error.HResult & 0xFFFF);

    /// <summary>Waits until no other download of the file runs.</summary>
    /// <param name="target">The file to download, in a folder that exists.</param>
    /// <param name="clock">Measures the wait.</param>
    /// <param name="waiting">Called once if there is a wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Releases the lock when disposed.</returns>
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
