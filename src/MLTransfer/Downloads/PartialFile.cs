namespace MLTransfer.Downloads;

/// <summary>
/// What has come in of a download: <c>NAME.part</c> beside the file's place, and in <c>NAME.part.tag</c> the ETag or date by which the
/// server
/// knows what it has begun to send. Both outlive the process, so that the next one goes on.
/// </summary>
internal sealed class PartialFile
{
    private readonly string _target;
    private readonly string _tagPath;

    /// <summary>Finds what an earlier process has left.</summary>
    /// <param name="target">Where the whole file will be.</param>
    public PartialFile(string target)
    {
        _target = target;
        Path = target + ".part";
        _tagPath = target + ".part.tag";
        IsPatched = Length > 0;
    }

    /// <summary>The file with the bytes.</summary>
    public string Path { get; }

    /// <summary>Bytes that have come in.</summary>
    public long Length => new FileInfo(Path) is { Exists: true } file ? file.Length : 0;

    /// <summary>Whether what is there came in more than one piece.</summary>
    public bool IsPatched { get; private set; }

    /// <summary>What the server called the content, if it did; for If-Range.</summary>
    /// <exception cref="DownloadException">It is noted, and the note cannot be read.</exception>
    public string? Tag => Written(() => File.Exists(_tagPath) ? File.ReadAllText(_tagPath) : null);

    /// <summary>Opens it for the bytes from <paramref name="from"/> on, which is its length or 0.</summary>
    /// <exception cref="DownloadException">It cannot be written.</exception>
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
    /// <exception cref="DownloadException">They cannot be written: the disk is full.</exception>
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

    /// <summary>Brings all that was appended to the disk, and closes it.</summary>
    /// <exception cref="DownloadException">The disk does not take it, and may say so only now.</exception>
    public void Close(FileStream stream) => Written(() =>
    {
        stream.Flush(flushToDisk: true);
        stream.Dispose();
        return Path;
    });

    /// <summary>The digits of what has come in.</summary>
    /// <exception cref="DownloadException">It cannot be read again.</exception>
    public async Task<string> HashAsync(Checksum checksum, CancellationToken cancel)
    {
        try
        {
            return await checksum.OfAsync(Path, cancel).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(exception);
        }
    }

    /// <summary>Forgets everything that has come in.</summary>
    /// <exception cref="DownloadException">It cannot be deleted.</exception>
    public void Discard() => Written(() =>
    {
        File.Delete(Path);
        File.Delete(_tagPath);
        return IsPatched = false;
    });

    /// <summary>Renames it into its place.</summary>
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
        _target, $"cannot be written: {cause.Message}", "Check the permissions and the free space of its folder, or choose another folder.",
        cause);
}
