using System.Runtime.InteropServices;

namespace MLTransfer.Imaging.Codecs;

/// <summary>Bytes in memory that libtiff reads as a file. It lives on the stack of whoever decodes.</summary>
internal unsafe struct TiffInput
{
    private const int FromPosition = 1, FromEnd = 2;

    private readonly byte* _bytes;
    private readonly long _length;
    private long _position;

    internal TiffInput(byte* bytes, long length)
    {
        _bytes = bytes;
        _length = length;
    }

    [UnmanagedCallersOnly]
    internal static nint Read(TiffInput* input, byte* target, nint count)
    {
        long read = Math.Clamp(count, 0, Math.Max(0, input->_length - input->_position));
        if (read > 0)
            Buffer.MemoryCopy(input->_bytes + input->_position, target, count, read);
        input->_position += read;
        return (nint)read;
    }

    [UnmanagedCallersOnly]
    internal static nint Write(TiffInput* input, byte* source, nint count) => -1;

    [UnmanagedCallersOnly]
    internal static ulong Seek(TiffInput* input, ulong offset, int from)
    {
        long start = from == FromPosition ? input->_position : from == FromEnd ? input->_length : 0;
        long position = unchecked(start + (long)offset);
        if (position < 0)
            return ulong.MaxValue;
        input->_position = position;
        return (ulong)position;
    }

    [UnmanagedCallersOnly]
    internal static int Close(TiffInput* input) => 0;

    [UnmanagedCallersOnly]
    internal static ulong Length(TiffInput* input) => (ulong)input->_length;
}
