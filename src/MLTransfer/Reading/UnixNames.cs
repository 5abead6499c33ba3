using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MLTransfer.Native;

namespace MLTransfer.Reading;

/// <summary>
/// Files and folders on Linux whose names are no UTF-8, which .NET cannot open. In a path, each byte that belongs to no character is half a
/// surrogate pair, U+DC80 for 0x80 and so on (as Python's PEP 383 does); no other path has such a half.
/// </summary>
internal static partial class UnixNames
{
    private const char FirstByte = '\uDC80', LastByte = '\uDCFF', Replacement = '\uFFFD';

    // struct dirent of glibc and musl on 64-bit processors.
    private const int NameAt = 19;

    // linux/stat.h: struct statx has the same layout on every processor.
    private const int StatSize = 256, ModeAt = 28, InodeAt = 32, DeviceAt = 136;

    private const int KindOfFile = 0xF000, Regular = 0x8000, Folder = 0x4000, Link = 0xA000;

    private const int CloseOnExec = 0x80000, CurrentFolder = -100, OfLink = 0x100;
    private const uint WantsModeAndInode = 0x103;

    /// <summary>Whether a path has bytes that are no UTF-8; only Linux has such paths.</summary>
    public static bool Has(string path)
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

    /// <summary>Whether .NET has lost bytes of a name that <see cref="List"/> can tell.</summary>
    public static bool IsLossy(string name) =>
        OperatingSystem.IsLinux() && nint.Size == sizeof(long) && name.Contains(Replacement, StringComparison.Ordinal);

    /// <summary>What .NET makes of the name: a replacement character for what is lost.</summary>
    public static string Shown(string name) => Has(name) ? Encoding.UTF8.GetString(Bytes(name)) : name;

    /// <summary>The name as text, its bytes read in the code page that they look like.</summary>
    public static string Text(string name) => Has(name) ? LegacyNames.Decode(Bytes(name)) : name;

    /// <summary>Whether there is a file or folder of that path.</summary>
    public static bool Exists(string path) => Has(path) ? Stat(path, 0) is not null : Path.Exists(path);

    /// <summary>Whether there is a file of that path.</summary>
    public static bool FileExists(string path) => Has(path) ? Kind(path, 0) is not (0 or Folder) : File.Exists(path);

    /// <summary>What no other file or folder has; null where the C library has no statx, or the file system no inodes.</summary>
    public static string? DeviceAndInode(string path) =>
        Stat(path, 0) is { } found && BitConverter.ToUInt64(found, InodeAt) is > 0 and var inode
        ? string.Create(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt64(found, DeviceAt)}:{inode}")
        : null;

    /// <summary>Opens a file of any name.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static SafeFileHandle OpenRead(string path)
    {
        bool isOdd = Has(path);
        // Opening a pipe would wait for somebody to write into it.
        if (isOdd ? Kind(path, 0) is not (0 or Regular or Folder) : UnixFile.At(path) is { Kind: UnixFileKind.Special or UnixFileKind.Socket })
            throw new IOException("it is no file, but a pipe, a socket or a device");
        if (!isOdd)
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        int file = Open(Terminated(path), CloseOnExec);
        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw new IOException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>All that lies directly in a folder.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static List<(string Name, bool IsFolder, bool IsLink)> List(string folder)
    {
        nint stream = OpenFolder(Terminated(folder));
        if (stream == 0)
            throw new IOException($"The folder '{Shown(folder)}' cannot be read: {Marshal.GetLastPInvokeErrorMessage()}.");
        List<(string, bool, bool)> found = [];
        try
        {
            while (ReadFolder(stream) is not 0 and var entry)
            {
                string name = Name(entry + NameAt);
                if (name is not ("." or ".."))
                    found.Add((name, Kind(Path.Combine(folder, name), 0) == Folder, Kind(Path.Combine(folder, name), OfLink) == Link));
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

    private static int Kind(string path, int flags) =>
        Stat(path, flags) is { } found ? BitConverter.ToUInt16(found, ModeAt) & KindOfFile : 0;

    private static byte[]? Stat(string path, int flags)
    {
        byte[] found = new byte[StatSize];
        try
        {
            return Statx(CurrentFolder, Terminated(path), flags, WantsModeAndInode, ref found[0]) == 0 ? found : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte[] path, int flags);

    [LibraryImport("libc", EntryPoint = "opendir", SetLastError = true)]
    private static partial nint OpenFolder(byte[] path);

    [LibraryImport("libc", EntryPoint = "readdir")]
    private static partial nint ReadFolder(nint stream);

    [LibraryImport("libc", EntryPoint = "closedir")]
    private static partial int CloseFolder(nint stream);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int folder, byte[] path, int flags, uint mask, ref byte found);
}
