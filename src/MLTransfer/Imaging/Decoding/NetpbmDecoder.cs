using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// Netpbm files: PBM, PGM and PPM, as text and as bytes. Values are rounded to 8 bits from the range that the file declares, as in Pillow.
/// </summary>
internal sealed class NetpbmDecoder : FormatDecoder
{
    private const int LongestNumber = 10;
    private const uint Opaque = 0xFF000000;

    // Whether a value is one bit, 1 for black; whether values are written as decimal numbers.
    private readonly bool _isBitmap, _isText;

    // Values of each pixel (1 or 3); the value of white (1 for bitmaps); where the values begin.
    private readonly int _channels, _maximum, _start;

    private NetpbmDecoder(ReadOnlyMemory<byte> encoded, ImageDimensions size, int kind, int maximum, int start)
        : base(encoded)
    {
        (_isBitmap, _isText, _channels) = (kind is 1 or 4, kind <= 3, kind is 3 or 6 ? 3 : 1);
        (_maximum, _start) = (maximum, start);
        Stride = _isBitmap ? (size.Width + 7L) / 8 : (long)size.Width * _channels * (maximum > byte.MaxValue ? 2 : 1);
        // A number in text takes at least a digit and, except for the last one, a blank.
        long values = (long)size.Width * size.Height * _channels;
        long needed = !_isText ? Stride * size.Height : _isBitmap ? values : 2 * values - 1;
        Header = new ImageHeader(ImageFormat.Netpbm, size) { IsComplete = needed <= encoded.Length - start };
    }

    /// <summary>Bytes of a row that is not text.</summary>
    private long Stride { get; }

    /// <summary>Whether the bytes begin as such a file does: P1 to P6, and a blank or a comment.</summary>
    internal static bool HasSignature(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 3 && bytes[0] == 'P' && bytes[1] is >= (byte)'1' and <= (byte)'6' && (IsBlank(bytes[2]) || bytes[2] == '#');

    /// <returns>Null when the file ends within its header, or the header is damaged.</returns>
    internal static NetpbmDecoder? Open(ReadOnlyMemory<byte> encoded)
    {
        ReadOnlySpan<byte> bytes = encoded.Span;
        int kind = bytes[1] - '0', position = 2;
        if (ReadNumber(bytes, ref position) is not { } width || ReadNumber(bytes, ref position) is not { } height)
            return null;
        int? maximum = kind is 1 or 4 ? 1 : ReadNumber(bytes, ref position);
        if (maximum is not (>= 1 and <= ushort.MaxValue) || position >= bytes.Length || !IsBlank(bytes[position]))
            return null;
        return new NetpbmDecoder(encoded, new(width, height), kind, maximum.Value, position + 1);
    }

    internal override DecodedPixels Decode(DecodingOptions options, NeededPixels needed)
    {
        DecodedPixels pixels = new(Header.Size);
        try
        {
            byte[] levels = Levels();
            if (_isText)
                ReadText(levels, pixels.Pixels);
            else
                ReadRows(levels, pixels);
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    /// <summary>The gray level of each value.</summary>
    private byte[] Levels()
    {
        if (_isBitmap)
            return [byte.MaxValue, 0];
        byte[] levels = new byte[_maximum + 1];
        for (int value = 0; value < levels.Length; value++)
            levels[value] = (byte)Math.Round((double)value / _maximum * byte.MaxValue);
        return levels;
    }

    private void ReadRows(byte[] levels, DecodedPixels pixels)
    {
        for (int y = 0; y < pixels.Height; y++)
        {
            ReadOnlySpan<byte> row = Encoded.Span.Slice((int)(_start + y * Stride), (int)Stride);
            Span<uint> target = pixels.Pixels.Slice(y * pixels.Width, pixels.Width);
            for (int x = 0; x < target.Length; x++)
            {
                int i = x * _channels;
                target[x] = _channels == 1
                    ? Gray(Level(row, levels, i)) : Rgb(Level(row, levels, i), Level(row, levels, i + 1), Level(row, levels, i + 2));
            }
        }
    }

    // Like Pillow, takes a value above the range as the highest in it.
    private byte Level(ReadOnlySpan<byte> row, byte[] levels, int index)
    {
        int value = _isBitmap ? row[index >> 3] >> (7 - (index & 7)) & 1
            : _maximum > byte.MaxValue ? row[2 * index] << 8 | row[2 * index + 1]
            : row[index];
        return levels[Math.Min(value, _maximum)];
    }

    private void ReadText(byte[] levels, Span<uint> pixels)
    {
        ReadOnlySpan<byte> bytes = Encoded.Span;
        int position = _start;
        foreach (ref uint pixel in pixels)
        {
            byte first = levels[ReadValue(bytes, ref position)];
            pixel = _channels == 1
                ? Gray(first) : Rgb(first, levels[ReadValue(bytes, ref position)], levels[ReadValue(bytes, ref position)]);
        }
    }

    private int ReadValue(ReadOnlySpan<byte> bytes, ref int position)
    {
        int? value = _isBitmap ? ReadDigit(bytes, ref position) : ReadNumber(bytes, ref position);
        if (value is null)
            throw new ArgumentException(
                position < bytes.Length ? "something else is among its numbers" : "not all of its pixels are there");
        return value <= _maximum
            ? value.Value : throw new ArgumentException($"it holds {value}, above the {_maximum} that it declares");
    }

    // The digits of a bitmap need no blanks between them.
    private static int? ReadDigit(ReadOnlySpan<byte> bytes, ref int position)
    {
        SkipBlanks(bytes, ref position);
        return position < bytes.Length && bytes[position] is (byte)'0' or (byte)'1' ? bytes[position++] - '0' : null;
    }

    /// <summary>The next number, past blanks and comments; <paramref name="position"/> moves past it.</summary>
    private static int? ReadNumber(ReadOnlySpan<byte> bytes, ref int position)
    {
        SkipBlanks(bytes, ref position);
        int start = position;
        while (position < bytes.Length && bytes[position] is >= (byte)'0' and <= (byte)'9')
            position++;
        return position - start is > 0 and <= LongestNumber && int.TryParse(bytes[start..position], out int number) ? number : null;
    }

    /// <summary>Moves past blanks, and past comments to the end of their line.</summary>
    private static void SkipBlanks(ReadOnlySpan<byte> bytes, ref int position)
    {
        while (position < bytes.Length && (IsBlank(bytes[position]) || bytes[position] == '#'))
        {
            if (bytes[position] == '#')
                position += bytes[position..].IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0 ? end : bytes.Length - position;
            else
                position++;
        }
    }

    private static bool IsBlank(byte character) => character is (byte)' ' or (>= 9 and <= 13);

    private static uint Gray(byte level) => Opaque | level * 0x010101u;

    private static uint Rgb(byte red, byte green, byte blue) => Opaque | red | (uint)green << 8 | (uint)blue << 16;
}
