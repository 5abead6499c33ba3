using System.Buffers;

namespace Microsoft.ML.Codecs;

/// <summary>What is left in a stream: the stream's own memory where it shows it, else borrowed memory.</summary>
internal sealed class EncodedBuffer : IDisposable
{
    private const int FirstBlock = 128 * 1024;

    private readonly byte[] _array;
    private readonly int _offset;
    private readonly int _length;
    private readonly bool _borrowed;

    private EncodedBuffer(byte[] array, int offset, int length, bool borrowed) =>
        (_array, _offset, _length, _borrowed) = (array, offset, length, borrowed);

    internal ReadOnlySpan<byte> Bytes => _array.AsSpan(_offset, _length);

    internal static EncodedBuffer Read(Stream stream)
    {
        if (stream is MemoryStream memory && memory.TryGetBuffer(out ArraySegment<byte> shown))
        {
            int position = (int)memory.Position;
            memory.Position = memory.Length;
            return new EncodedBuffer(shown.Array, shown.Offset + position, shown.Count - position, borrowed: false);
        }
        long expected = stream.CanSeek ? stream.Length - stream.Position + 1 : FirstBlock;
        byte[] array = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(expected, FirstBlock, Array.MaxLength));
        int length = 0;
        for (int read; (read = stream.Read(array, length, array.Length - length)) > 0;)
        {
            length += read;
            if (length == array.Length)
                array = Grown(array);
        }
        return new EncodedBuffer(array, 0, length, borrowed: true);
    }

    public void Dispose()
    {
        if (_borrowed)
            ArrayPool<byte>.Shared.Return(_array);
    }

    private static byte[] Grown(byte[] array)
    {
        if (array.Length == Array.MaxLength)
            throw new IOException("The stream holds more than a picture can.");
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(array.Length * 2L, Array.MaxLength));
        array.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(array);
        return larger;
    }
}
