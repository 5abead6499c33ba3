using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Files;

/// <summary>Random access to the bytes of one file; several threads may read at once.</summary>
internal sealed class ByteSource(Stream stream, FileErrors errors)
{
    private readonly SafeFileHandle? _file = (stream as FileStream)?.SafeFileHandle;

    /// <summary>The length of the file in bytes.</summary>
    public long Length { get; } = stream.Length;

    /// <summary>Fills the target from a position within the file.</summary>
    /// <exception cref="Exception">The file became shorter, or cannot be read.</exception>
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

/// <summary>A part of a file as a forward-only stream.</summary>
internal sealed class SourceStream(ByteSource source, long start, long length) : Stream
{
    private long _read;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        Span<byte> target = buffer[..(int)Math.Min(buffer.Length, length - _read)];
        source.Read(start + _read, target);
        _read += target.Length;
        return target.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
