using MLTransfer.Native;

namespace MLTransfer.Files;

/// <summary>
/// Writes files beside their place and renames them into it: whoever looks finds the old file or the new one, whole. What is no plain file
/// stays what it is: the file behind a symbolic link is replaced, devices and FIFOs are written to, and a file that is open already, such
/// as /dev/stdout, gets the content behind what it has.
/// </summary>
public static class AtomicFile
{
    // A name such as model.zip.4b1d….mlt-partial is ours and nobody else's: it may be removed.
    private const string PartialSuffix = ".mlt-partial";
    // Names of files may have 255 bytes; more of the own name than this would not leave room for the rest, whatever its letters.
    private const int LongestStem = 50;
    private const int BufferSize = 1 << 16;
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// Writes a file; on any failure the file that was there before stays as it was and nothing is left behind. A file that is replaced
    /// keeps
    /// its mode and its owner.
    /// </summary>
    /// <param name="path">The file, in a folder that exists; or a symbolic link, a device, a FIFO.</param>
    /// <param name="write">Writes its content; the stream can seek.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        OutputPlace place = OutputPlace.At(path);
        using FileStream stream = CreatePartial(place);
        string partial = stream.Name;
        DateTime now = File.GetLastWriteTimeUtc(partial);
        try
        {
            write(stream);
            stream.Flush(flushToDisk: place.IsReplaced);
            if (!TryReplace(place, stream))
                WriteThrough(place, stream);
        }
        catch (UnauthorizedAccessException refusal)
        {
            throw place.Unwritable(refusal);
        }
        finally
        {
            File.Delete(partial);
        }
        RemoveAbandoned(Path.GetDirectoryName(partial)!, now);
    }

    /// <summary>Checks, before long work starts, that a file could be written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It could not; the message names it and says why.</exception>
    public static void CheckWritable(string path)
    {
        using FileStream stream = CreatePartial(OutputPlace.At(path));
        File.Delete(stream.Name);
    }

    private static FileStream CreatePartial(OutputPlace place)
    {
        try
        {
            if (place.IsReplaced)
                return CreatePartial(Path.GetDirectoryName(place.Target)!, Path.GetFileName(place.Target), isPrivate: place.Exists);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            // The folder takes no new file, but the old one can be written to.
            if (!place.Exists)
                throw place.Unwritable(refusal);
        }
        return CreatePartial(Path.GetTempPath(), "output", isPrivate: true);
    }

    private static FileStream CreatePartial(string folder, string name, bool isPrivate)
    {
        string partial = Path.Combine(folder, $"{name[..Math.Min(name.Length, LongestStem)]}.{Guid.NewGuid():N}{PartialSuffix}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.Read | FileShare.Delete, BufferSize = BufferSize,
        };
        // What will take the place of a file that nobody else may read must not be readable before.
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(partial, options);
    }

    /// <returns>Whether the new file is in its place, with the mode and the owner of the old one.</returns>
    private static bool TryReplace(OutputPlace place, FileStream partial)
    {
        if (!place.IsReplaced || Path.GetDirectoryName(partial.Name) != Path.GetDirectoryName(place.Target))
            return false;
        if (place.Exists && !OperatingSystem.IsWindows())
        {
            // Giving a file away clears bits of its mode, so the mode comes last.
            if (UnixFile.At(place.Target) is { } old && !old.TryGiveOwnerTo(partial.Name))
                return false;
            File.SetUnixFileMode(partial.SafeFileHandle, File.GetUnixFileMode(place.Target));
        }
        try
        {
            File.Move(partial.Name, place.Target, overwrite: true);
            return true;
        }
        // A single file that was mounted into a container can be written to, but not be replaced.
        catch (IOException) when (place.Exists)
        {
            return false;
        }
    }

    // Not at once as a rename is, but whole: the content is there before the first byte goes out.
    private static void WriteThrough(OutputPlace place, FileStream content)
    {
        content.Position = 0;
        if (place.Descriptor is { } held)
        {
            AppendTo(held, place, content);
            return;
        }
        using var target = new FileStream(
            place.Target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        bool isPlain = UnixFile.At(place.Target) is not { Kind: UnixFileKind.Special };
        // What another process writes to its own file stays.
        if (isPlain && target.CanSeek && place.IsHeldOpen)
            target.Seek(0, SeekOrigin.End);
        else if (isPlain && target.CanSeek)
            target.SetLength(0);
        content.CopyTo(target, BufferSize);
        target.Flush(flushToDisk: isPlain);
    }

    private static void AppendTo(int held, OutputPlace place, FileStream content)
    {
        try
        {
            HeldFile.Append(held, content);
        }
        catch (IOException failure)
        {
            throw place.Unwritable(failure);
        }
    }

    // A run that was killed could not remove its partial file. The next run that writes into the folder does, once it is a day old:
    // younger ones may be another process's, still being written.
    private static void RemoveAbandoned(string folder, DateTime now)
    {
        IgnoringRefusal(() =>
        {
            foreach (string leftover in Directory.EnumerateFiles(folder, "*" + PartialSuffix))
            {
                if (now - File.GetLastWriteTimeUtc(leftover) >= Abandoned)
                    IgnoringRefusal(() => File.Delete(leftover));
            }
        });
    }

    private static void IgnoringRefusal(Action work)
    {
        try
        {
            work();
        }
        catch (Exception refusal) when (refusal is UnauthorizedAccessException or IOException)
        {
            // Another user's leftover is theirs to remove, and some folders cannot be listed; ours is written.
        }
    }
}
