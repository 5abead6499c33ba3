using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Native;

namespace MLTransfer.Files;

/// <summary>
/// Files and folders on Linux whose names are not UTF-8, which .NET cannot open. In a path, each byte that is part of no character is
/// written as a lone low surrogate, U+DC80 for 0x80 and so on (Python's PEP 383); no other path contains one.
/// </summary>
internal static partial class UnixNames
{
    private const char FirstByte = '\uDC80', LastByte = '\uDCFF', Replacement = '\uFFFD';

    // struct dirent of glibc and musl on 64-bit processors.
    private const int NameAt = 19;

    private const int CloseOnExec = 0x80000;

    /// <summary>Whether a path contains bytes that are not UTF-8; only Linux has such paths.</summary>
    public static bool IsNotUtf8(string path)
    {
        if (!OperatingSystem.IsLinux())
            return false;
        for (int at = path.AsSpan().IndexOfAnyInRange(FirstByte, LastByte); at >= 0 && at < path.Length; at++)
        {
            if (path[at] is >= FirstByte and <= LastByte && (at == 0 || !char.IsHighSurrogate(path[at - 1])))
                return true;
        }
        return false;
    }

    /// <summary>Whether .NET replaced bytes of a name that <see cref="ListBytes"/> preserves.</summary>
    private static bool IsLossy(string name) =>
        OperatingSystem.IsLinux() && nint.Size == sizeof(long) && name.Contains(Replacement, StringComparison.Ordinal);

    /// <summary>The name for display: a replacement character for each byte that is not UTF-8.</summary>
    public static string ToDisplay(string name) => IsNotUtf8(name) ? Encoding.UTF8.GetString(Bytes(name)) : name;

    /// <summary>The name as text, decoded with the code page that fits its bytes best.</summary>
    public static string Text(string name) => IsNotUtf8(name) ? LegacyNames.Decode(Bytes(name)) : name;

    /// <summary>Whether there is a file or folder of that path.</summary>
    public static bool Exists(string path) => IsNotUtf8(path) ? Inspect(path) is not null : Path.Exists(path);

    /// <summary>Whether there is a file of that path.</summary>
    public static bool FileExists(string path) => IsNotUtf8(path) ? Inspect(path) is { Kind: not UnixFileKind.Folder } : File.Exists(path);

    /// <summary>Looks at a file or folder of any name; see <see cref="UnixFile.At(string)"/>.</summary>
    public static UnixFile? Inspect(string path) => IsNotUtf8(path) ? UnixFile.At(Terminated(path)) : UnixFile.At(path);

    /// <summary>Opens a file of any name.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static SafeFileHandle OpenRead(string path)
    {
        // Opening a pipe would block until another process writes to it.
        if (Inspect(path) is { Kind: UnixFileKind.Special or UnixFileKind.Socket })
            throw new IOException("it is a pipe, a socket or a device, not a file");
        if (!IsNotUtf8(path))
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.SequentialScan);
        int file = Open(Terminated(path), CloseOnExec);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>
    /// Lists what is directly in a folder, whatever the names: each name, whether it is a folder or a link to one, and whether it is a
    /// link to a folder.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    public static List<(string Name, bool IsFolder, bool IsLink)> ListFolder(string folder)
    {
        if (folder.Length == 0)
            folder = ".";
        if (IsNotUtf8(folder))
            return ListBytes(folder);
        List<(string Name, bool, bool)> entries = [.. new FileSystemEnumerable<(string, bool, bool)>(
            folder,
            (ref FileSystemEntry entry) =>
                (entry.FileName.ToString(), entry.IsDirectory, entry.IsDirectory && entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false })];
        return entries.Exists(entry => IsLossy(entry.Name)) ? ListBytes(folder) : entries;
    }

    private static List<(string Name, bool IsFolder, bool IsLink)> ListBytes(string folder)
    {
        nint stream = OpenFolder(Terminated(folder));
        if (stream == 0)
            throw new IOException($"The folder '{ToDisplay(folder)}' cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
        List<(string, bool, bool)> found = [];
        try
        {
            while (ReadFolder(stream) is not 0 and var entry)
            {
                string name = Name(entry + NameAt);
                if (name is "." or "..")
                    continue;
                byte[] path = Terminated(Path.Combine(folder, name));
                bool isFolder = UnixFile.At(path) is { Kind: UnixFileKind.Folder };
                found.Add((name, isFolder, UnixFile.At(path, followLinks: false) is { Kind: UnixFileKind.Link }));
            }
        }
        finally
        {
            _ = CloseFolder(stream);
        }
        return found;
    }

    private static string Name(nint terminated)
    {
        int length = 0;
        while (Marshal.ReadByte(terminated, length) != 0)
            length++;
        byte[] bytes = new byte[length];
        Marshal.Copy(terminated, bytes, 0, length);
        StringBuilder name = new();
        for (ReadOnlySpan<byte> rest = bytes; rest.Length > 0;)
        {
            if (Rune.DecodeFromUtf8(rest, out Rune rune, out int count) == System.Buffers.OperationStatus.Done)
            {
                name.Append(rune.ToString());
            }
            else
            {
                for (int at = 0; at < count; at++)
                    name.Append((char)(FirstByte + rest[at] - 0x80));
            }
            rest = rest[count..];
        }
        return name.ToString();
    }

    private static byte[] Bytes(string name)
    {
        List<byte> bytes = [];
        for (int at = 0; at < name.Length; at++)
        {
            if (name[at] is >= FirstByte and <= LastByte)
            {
                bytes.Add((byte)(name[at] - FirstByte + 0x80));
                continue;
            }
            int length = char.IsSurrogatePair(name, at) ? 2 : 1;
            bytes.AddRange(Encoding.UTF8.GetBytes(name.Substring(at, length)));
            at += length - 1;
        }
        return [.. bytes];
    }

    private static byte[] Terminated(string path) => [.. Bytes(path), 0];

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenFolder(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadFolder(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint stream);
}
