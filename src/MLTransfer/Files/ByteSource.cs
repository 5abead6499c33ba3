using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Files;

/// <summary>The bytes of one file, read by place, by several threads if they like; nothing is taken that is not there.</summary>
internal sealed class ByteSource(Stream stream, FileErrors errors)
{
    private readonly SafeFileHandle? _file = (stream as FileStream)?.SafeFileHandle;

    /// <summary>How many bytes the file has.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Reads exactly the bytes at a place that lies within the file.</summary>
    /// <exception cref="Exception">The file is shorter than it was, or cannot be read.</exception>
    public void Read(long position, Span<byte> target)
    {
        try
        {
            for (int read = 0; read < target.Length;)
            {
                int more = ReadSome(position + read, target[read..]);
                if (more == 0)
                    throw errors.CutShort("it became shorter while it was read");
                read += more;
            }
        }
        catch (IOException exception)
        {
            throw errors.Damaged($"reading it failed: {exception.Message}", exception);
        }
    }

    private int ReadSome(long position, Span<byte> target)
    {
        if (_file is not null)
            return RandomAccess.Read(_file, target, position);
        lock (stream)
        {
            stream.Position = position;
            return stream.Read(target);
        }
    }
}
