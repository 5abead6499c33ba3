using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace MLTransfer.Native;

/// <summary>File status that .NET does not provide: kind, owner and identity.</summary>
/// <param name="Kind">The kind of file.</param>
/// <param name="Owner">The id of its user.</param>
/// <param name="Group">The id of its group.</param>
/// <param name="Identity">Device and inode: paths with the same identity are one file. Inode 0: the file system has none.</param>
internal sealed partial record UnixFile(UnixFileKind Kind, uint Owner, uint Group, (ulong Device, ulong Inode) Identity)
{
    private const int CurrentFolder = -100, OfLink = 0x100, EverythingBasic = 0x7ff, MayWrite = 2;

    // PATH_MAX of Linux, including the terminating 0; larger than the status structure of either system.
    private const int LongestPath = 4096, LongestStatus = 512;
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Returns the status of a file, following symbolic links.</summary>
    /// <param name="path">The file.</param>
    /// <returns>
    /// <see langword="null"/> where there is no file, on systems other than Linux and macOS on Apple silicon, and where the C library is
    /// too old.
    /// </returns>
    public static UnixFile? At(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            Span<byte> bytes = stackalloc byte[LongestPath];
            if (!Encoding.UTF8.TryGetBytes(path, bytes[..^1], out int length))
                return null;
            bytes[length] = 0;
            return At(bytes);
        }
        Span<byte> status = stackalloc byte[LongestStatus];
        status.Clear();
        bool isKnown = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        return isKnown && StatusOnMac(path, status) == 0 ? OfMac(status) : null;
    }

    /// <summary>Returns the status of a file on Linux, whose name may be any bytes.</summary>
    /// <param name="path">The path, terminated by 0.</param>
    /// <param name="followLinks">Whether to follow a symbolic link at the end of the path.</param>
    /// <returns>As of <see cref="At(string)"/>.</returns>
    public static UnixFile? At(ReadOnlySpan<byte> path, bool followLinks = true)
    {
        Span<byte> status = stackalloc byte[LongestStatus];
        status.Clear();
        try
        {
            return StatusOnLinux(CurrentFolder, path, followLinks ? 0 : OfLink, EverythingBasic, status) == 0 ? OfLinux(status) : null;
        }
        // glibc before 2.28.
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether this process may write to a file. The file is not opened: that would unblock the reader of a FIFO.
    /// </summary>
    public static bool IsWritable(string path) =>
        !(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS()) || Access(path, MayWrite) == 0;

    /// <summary>Sets the owner and group of another file to those of this one.</summary>
    /// <returns>Whether it has them now; only root may change an owner.</returns>
    public bool TryGiveOwnerTo(string path)
    {
        if (At(path) is not { } other)
            return false;
        uint owner = other.Owner == Owner ? Unchanged : Owner, group = other.Group == Group ? Unchanged : Group;
        return (owner, group) == (Unchanged, Unchanged) || ChangeOwner(path, owner, group) == 0;
    }

    // struct statx of the Linux kernel.
    private static UnixFile OfLinux(ReadOnlySpan<byte> status)
    {
        ulong device = ((ulong)UInt32(status, 136) << 32) | UInt32(status, 140);
        return new(KindOf(UInt16(status, 28)), UInt32(status, 20), UInt32(status, 24), (device, UInt64(status, 32)));
    }

    // struct stat of macOS with 64-bit inodes; on Intel processors 'stat' returns another layout.
    private static UnixFile OfMac(ReadOnlySpan<byte> status) =>
        new(KindOf(UInt16(status, 4)), UInt32(status, 16), UInt32(status, 20), (UInt32(status, 0), UInt64(status, 8)));

    private static UnixFileKind KindOf(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => UnixFileKind.Plain,
        0x4000 => UnixFileKind.Folder,
        0xC000 => UnixFileKind.Socket,
        0xA000 => UnixFileKind.Link,
        _ => UnixFileKind.Special,
    };

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int StatusOnLinux(int folder, ReadOnlySpan<byte> path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatusOnMac(string path, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}

/// <summary>Kinds of files that writing distinguishes.</summary>
internal enum UnixFileKind
{
    /// <summary>A file with content of its own.</summary>
    Plain,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A socket, which cannot be opened.</summary>
    Socket,

    /// <summary>A symbolic link that was not followed.</summary>
    Link,

    /// <summary>A device or a FIFO, which stores nothing.</summary>
    Special,
}

/// <summary>A file that this process already has open, such as standard output.</summary>
internal static partial class HeldFile
{
    private const int BufferSize = 1 << 16, Interrupted = 4;

    /// <summary>Writes at the current position of the descriptor, which all writers in this process share.</summary>
    /// <param name="descriptor">The file descriptor.</param>
    /// <param name="content">The content, read from its current position.</param>
    /// <exception cref="IOException">Writing failed; the message is the system's.</exception>
    // Opening the file by its path would start at offset 0 and overwrite its content.
    public static void Append(int descriptor, Stream content)
    {
        byte[] buffer = new byte[BufferSize];
        while (content.Read(buffer) is > 0 and int count)
        {
            for (int done = 0; done < count;)
            {
                nint written = Write(descriptor, ref buffer[done], count - done);
                if (written >= 0)
                    done += (int)written;
                else if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ref byte first, nint count);
}
