using System.Globalization;
using MLTransfer.Native;

namespace MLTransfer.Files;

/// <summary>Where what is written to a path ends up.</summary>
/// <param name="Asked">The path as it was given, for messages.</param>
/// <param name="Target">The file behind all symbolic links.</param>
/// <param name="Exists">Whether there is such a file already.</param>
/// <param name="IsReplaced">
/// Whether a new file may take its place. Devices, FIFOs and what a process holds open are written to instead: a file in their place would
/// be something else.
/// </param>
internal sealed record OutputPlace(string Asked, string Target, bool Exists, bool IsReplaced)
{
    /// <summary>Whether the path leads into a file that some process holds open, such as /dev/stdout.</summary>
    public bool IsHeldOpen { get; private init; }

    /// <summary>The descriptor of that file, where it is this process that holds it open.</summary>
    public int? Descriptor { get; private init; }

    // As many as Linux follows.
    private const int MostLinks = 40;

    /// <summary>Finds and checks it; nothing is changed.</summary>
    /// <exception cref="IOException">Nothing can be written there; the message names the path and says why.</exception>
    public static OutputPlace At(string path)
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

    /// <summary>Says that the system refused to write.</summary>
    public IOException Unwritable(Exception cause) =>
        Refusal(
            Asked,
            cause is UnauthorizedAccessException
                ? $"this user may make no file in '{Path.GetDirectoryName(Target)}'. Change the permissions of this folder, or choose "
                + $"another."
                : $"{cause.Message} Check the permissions and the free space of its folder, or choose another.",
            cause);

    // NUL, CON and pipes are called \\.\NUL in full.
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

    // A new file could take the place of one that is protected; but whoever protected it did not want that.
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

    // The system does not say where links lead when the last file is missing, so each part of the path is followed here.
    // A file that some process holds open is as far as that goes: its name, where it has one, is not the file.
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

    // On macOS /dev/fd is a folder of its own; on Linux it leads to /proc/self/fd, and that to /proc/1234/fd.
    private static bool IsHeld(string file) =>
        Path.GetDirectoryName(file) is { } folder
        && (folder == "/dev/fd" || (folder.StartsWith("/proc/", StringComparison.Ordinal)
        && folder.EndsWith("/fd", StringComparison.Ordinal)));

    private static int? OwnDescriptor(string held) =>
        (held.StartsWith($"/proc/{Environment.ProcessId}/", StringComparison.Ordinal) || Path.GetDirectoryName(held) == "/dev/fd")
        && int.TryParse(Path.GetFileName(held), NumberStyles.None, CultureInfo.InvariantCulture, out int descriptor) ? descriptor : null;
}
