using System.Buffers;
using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Pixels of four bytes (red, green, blue and one more) in borrowed memory, rows without gaps; whoever disposes it gives the memory back.
/// </summary>
internal sealed class PixelMemory(int width, int height) : IDisposable
{
    private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(checked(width * height * 4));

    internal int Width => width;

    internal int Height => height;

    internal Span<byte> Bytes => _bytes.AsSpan(0, width * height * 4);

    internal Span<uint> Pixels => MemoryMarshal.Cast<byte, uint>(Bytes);

    internal Span<byte> Row(int y) => _bytes.AsSpan(y * width * 4, width * 4);

    public void Dispose()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
    }
}
