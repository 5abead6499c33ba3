namespace MLTransfer;

/// <summary>Writes files beside their place and renames them into it: whoever looks finds the old file or the new one, whole.</summary>
public static class AtomicFile
{
    // A name such as model.zip.4b1d….mlt-partial is ours and nobody else's: it may be removed.
    private const string PartialSuffix = ".mlt-partial";
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Writes a file; on any failure the file that was there before stays as it was and nothing is left behind.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="write">Writes its content; the stream can seek.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string target = Path.GetFullPath(path);
        FileStream stream = CreatePartial(path, target);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(stream.Name, target, overwrite: true);
        }
        catch (Exception exception)
        {
            File.Delete(stream.Name);
            if (exception is UnauthorizedAccessException)
                throw Unwritable(path, exception);
            throw;
        }
        RemoveAbandoned(Path.GetDirectoryName(target)!, File.GetLastWriteTimeUtc(target));
    }

    /// <summary>Checks, before long work starts, that a file could be written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It could not; the message names it and says why.</exception>
    public static void CheckWritable(string path)
    {
        using FileStream stream = CreatePartial(path, Path.GetFullPath(path));
        File.Delete(stream.Name);
    }

    private static FileStream CreatePartial(string path, string target)
    {
        if (Directory.Exists(target))
            throw new IOException($"'{path}' cannot be written: it is a folder. Name a file.");
        if (Path.GetDirectoryName(target) is string folder && !Directory.Exists(folder))
            throw new DirectoryNotFoundException($"'{path}' cannot be written: the folder '{folder}' does not exist. Create it first.");
        try
        {
            string partial = $"{target}.{Guid.NewGuid():N}{PartialSuffix}";
            return new FileStream(partial, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, bufferSize: 1 << 16);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unwritable(path, exception);
        }
    }

    private static IOException Unwritable(string path, Exception cause) =>
        new($"'{path}' cannot be written: {cause.Message} Check the permissions and the free space of its folder, or choose another.", cause);

    // A run that was killed could not remove its partial file. The next run that writes into the folder does, once it is a day old:
    // younger ones may be another process's, still being written.
    private static void RemoveAbandoned(string folder, DateTime now)
    {
        foreach (string leftover in Directory.EnumerateFiles(folder, "*" + PartialSuffix))
        {
            if (now - File.GetLastWriteTimeUtc(leftover) < Abandoned)
                continue;
            try
            {
                File.Delete(leftover);
            }
            catch (UnauthorizedAccessException)
            {
                // Another user's leftover is theirs to remove; ours is written.
            }
        }
    }
}
