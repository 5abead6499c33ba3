using System.Globalization;
using MLTransfer.Native;

namespace MLTransfer.Files;

/// <summary>
/// Writes to a temporary file in the target's folder and renames it into place: readers see the old file or the new one, never a part.
/// Anything but a plain file is kept: the target of a symbolic link is replaced, devices and FIFOs are written to, and content is appended
/// to a file that a process already has open, such as /dev/stdout.
/// </summary>
internal static class AtomicFile
{
    // Names such as model.zip.4b1d….mlt-partial are only made here, so leftovers may be removed.
    private const string PartialSuffix = ".mlt-partial";
    // File names are limited to 255 bytes; this many characters of the target's name leave room for the suffix in any script.
    private const int LongestStem = 50;
    private const int BufferSize = 1 << 16;
    private static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>
    /// Writes a file. On failure the previous file is unchanged and no partial file remains. A replaced file keeps its mode and owner.
    /// </summary>
    /// <param name="path">A file in a folder that exists, or a symbolic link, a device or a FIFO.</param>
    /// <param name="write">Writes the content; the stream can seek.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        OutputPlace place = OutputPlace.Resolve(path);
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

    /// <summary>Checks, before long work starts, that a file can be written.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot; the message names it and says why.</exception>
    public static void CheckWritable(string path)
    {
        using FileStream stream = CreatePartial(OutputPlace.Resolve(path));
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
            // The folder accepts no new file, but the existing one can be written to.
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
        // The replacement of a private file must never be readable by others.
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(partial, options);
    }

    /// <returns>Whether the new file replaced the old one, with its mode and owner.</returns>
    private static bool TryReplace(OutputPlace place, FileStream partial)
    {
        if (!place.IsReplaced || Path.GetDirectoryName(partial.Name) != Path.GetDirectoryName(place.Target))
            return false;
        if (place.Exists && !OperatingSystem.IsWindows())
        {
            // Changing the owner clears bits of the mode, so the mode is set last.
            if (UnixFile.At(place.Target) is { } old && !old.TryGiveOwnerTo(partial.Name))
                return false;
            File.SetUnixFileMode(partial.SafeFileHandle, File.GetUnixFileMode(place.Target));
        }
        try
        {
            File.Move(partial.Name, place.Target, overwrite: true);
            return true;
        }
        // A single file mounted into a container can be written to, but not replaced.
        catch (IOException) when (place.Exists)
        {
            return false;
        }
    }

    // Not atomic, but the content is complete before the first byte is written.
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
        // Keep what another process has written to the file it holds open.
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

    // A killed run leaves its partial file. A later run removes it once it is a day old: a younger one may still be being written.
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
            // Cleanup is best effort: another user's leftover stays, and some folders cannot be listed.
        }
    }
}

/// <summary>The file that writing to a path would reach.</summary>
/// <param name="Asked">The path as given, for messages.</param>
/// <param name="Target">The file after following all symbolic links.</param>
/// <param name="Exists">Whether the target exists.</param>
/// <param name="IsReplaced">
/// Whether a new file may replace it. Devices, FIFOs and files that a process holds open are written to instead.
/// </param>
internal sealed record OutputPlace(string Asked, string Target, bool Exists, bool IsReplaced)
{
    /// <summary>Whether the path names an open file of a process, such as /dev/stdout.</summary>
    public bool IsHeldOpen { get; private init; }

    /// <summary>The descriptor of that file, where this process holds it open.</summary>
    public int? Descriptor { get; private init; }

    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <summary>Resolves and checks a path; changes nothing.</summary>
    /// <exception cref="IOException">The path cannot be written to; the message names it and says why.</exception>
    public static OutputPlace Resolve(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full))
            throw Refusal(path, "it is a folder. Name a file.");
        UnixFile? there = UnixFile.At(full);
        if (there is { Kind: UnixFileKind.Socket })
            throw Refusal(path, "it is a socket. Name a file.");
        bool isSpecial = there is { Kind: UnixFileKind.Special } || IsWindowsDevice(full);
        if (isSpecial && !UnixFile.IsWritable(full))
            throw Refusal(path, "this user may not write to this device or FIFO. Change its permissions, or name another file.");
        if (IsWindowsDevice(full))
            return new(path, full, Exists: true, IsReplaced: false);
        string target = Followed(path, full, out bool isHeldOpen);
        if (isHeldOpen)
            return new(path, full, Exists: true, IsReplaced: false) { IsHeldOpen = true, Descriptor = OwnDescriptor(target) };
        if (isSpecial)
            return new(path, full, Exists: true, IsReplaced: false);
        RequireFolder(path, full, target);
        bool exists = File.Exists(target);
        if (exists)
            RequireWritable(path, target);
        return new(path, target, exists, IsReplaced: true);
    }

    private static IOException Refusal(string path, string reason, Exception? cause = null) =>
        new($"'{path}' cannot be written: {reason}", cause);

    /// <summary>The error for a write that the system refused.</summary>
    public IOException Unwritable(Exception cause) =>
        Refusal(
            Asked,
            cause is UnauthorizedAccessException
                ? $"this user may not create files in '{Path.GetDirectoryName(Target)}'. Change the permissions of this folder, or choose "
                + $"another."
                : $"{cause.Message} Check the permissions and the free space of its folder, or choose another.",
            cause);

    // The full names of NUL, CON and pipes are of the form \\.\NUL.
    private static bool IsWindowsDevice(string full) => OperatingSystem.IsWindows() && full.StartsWith(@"\\.\", StringComparison.Ordinal);

    private static void RequireFolder(string path, string full, string target)
    {
        string link = target == full ? "" : $"it is a link to '{target}', and ";
        if (Path.GetDirectoryName(target) is not { } folder || Directory.Exists(folder))
            return;
        throw File.Exists(folder)
            ? Refusal(path, $"{link}'{folder}' is a file, not a folder. Choose another place.")
            : new DirectoryNotFoundException(Refusal(path, $"{link}the folder '{folder}' does not exist. Create it first.").Message);
    }

    // A rename would replace even a write-protected file; the protection is respected instead.
    private static void RequireWritable(string path, string target)
    {
        try
        {
            using var file = new FileStream(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (UnauthorizedAccessException refusal)
        {
            throw Refusal(path, $"{refusal.Message} It may not be changed: change its permissions, or name another file.", refusal);
        }
        catch (IOException refusal)
        {
            throw Refusal(path, $"{refusal.Message} Close it where it is in use, or name another file.", refusal);
        }
    }

    // .NET does not resolve links whose final target is missing, so each part of the path is followed here. It stops at a file that a
    // process holds open: the file's name may be gone or belong to another file.
    private static string Followed(string path, string full, out bool isHeldOpen)
    {
        isHeldOpen = false;
        string reached = Path.GetPathRoot(full)!;
        var parts = new Stack<string>(Parts(full[reached.Length..]));
        for (int links = 0; parts.TryPop(out string? part);)
        {
            string next = part == ".." ? Path.GetDirectoryName(reached) ?? reached : Path.Combine(reached, part);
            isHeldOpen = part != ".." && parts.Count == 0 && IsHeld(next) && Path.Exists(next);
            if (isHeldOpen)
                return next;
            if (part == ".." || new FileInfo(next).LinkTarget is not { } link)
            {
                reached = next;
                continue;
            }
            if (++links > MostLinks)
                throw Refusal(path, $"its symbolic links lead in a circle, through '{next}'. Remove that link, or name another file.");
            if (Path.IsPathRooted(link))
                reached = Path.GetPathRoot(link)!;
            foreach (string following in Parts(link[(Path.GetPathRoot(link)?.Length ?? 0)..]))
                parts.Push(following);
        }
        return reached;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]).Where(part => part is not ("" or ".")).Reverse();

    // On macOS /dev/fd is a real folder; on Linux it links to /proc/self/fd, and that to /proc/1234/fd.
    private static bool IsHeld(string file) =>
        Path.GetDirectoryName(file) is { } folder
        && (folder == "/dev/fd"
            || (folder.StartsWith("/proc/", StringComparison.Ordinal) && folder.EndsWith("/fd", StringComparison.Ordinal)));

    private static int? OwnDescriptor(string held) =>
        (held.StartsWith($"/proc/{Environment.ProcessId}/", StringComparison.Ordinal) || Path.GetDirectoryName(held) == "/dev/fd")
        && int.TryParse(Path.GetFileName(held), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) ? descriptor : null;
}
