using System.Buffers;
using Microsoft.ML.Data;

namespace Microsoft.ML.Codecs;

/// <summary>A picture in borrowed memory: a loader that disposes its pictures allocates nothing.</summary>
internal sealed class PixelBuffer(int width, int height, MLPixelFormat format)
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(width * height * 4);

    internal int Width => width;

    internal int Height => height;

    internal MLPixelFormat Format => format;

    internal Span<byte> Bytes => _bytes.AsSpan(0, width * height * 4);

    internal void Release()
    {
        if (_bytes is not null)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = null;
    }
}
