namespace MLTransfer.Imaging.Decoding;

/// <summary>What the header of a Netpbm file says (PBM, PGM and PPM, as text and as bytes): all that decoding needs.</summary>
/// <param name="Image">Size, and whether there are enough bytes for it.</param>
/// <param name="Channels">Values of each pixel: 1 or 3.</param>
/// <param name="IsText">Whether values are written as decimal numbers.</param>
/// <param name="Most">The value of white, 1 to 65535; 1 where a value is one bit and means black.</param>
/// <param name="IsBitmap">Whether a value is one bit, 1 for black.</param>
/// <param name="Pixels">Where the values begin.</param>
internal sealed record NetpbmHeader(ImageHeader Image, int Channels, bool IsText, int Most, bool IsBitmap, int Pixels)
{
    private const int LongestNumber = 10;

    /// <summary>Bytes of a row that is not text.</summary>
    internal long Stride => IsBitmap ? (Image.Width + 7L) / 8 : (long)Image.Width * Channels * (Most > byte.MaxValue ? 2 : 1);

    /// <summary>Whether the bytes begin as such a file does: P1 to P6, and a blank or a comment.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 3 && bytes[0] == 'P' && bytes[1] is >= (byte)'1' and <= (byte)'6' && (IsBlank(bytes[2]) || bytes[2] == '#');

    /// <returns>Nothing when the file ends within its header, or the header is none.</returns>
    internal static NetpbmHeader? Read(ReadOnlySpan<byte> bytes)
    {
        int kind = bytes[1] - '0', position = 2;
        bool isBitmap = kind is 1 or 4, isText = kind <= 3;
        if (Number(bytes, ref position) is not { } width || Number(bytes, ref position) is not { } height)
            return null;
        int? most = isBitmap ? 1 : Number(bytes, ref position);
        if (most is not (>= 1 and <= ushort.MaxValue) || position >= bytes.Length || !IsBlank(bytes[position]))
            return null;
        var image = new ImageHeader(ImageFormat.Netpbm, width, height, IsComplete: true);
        NetpbmHeader header = new(image, kind is 3 or 6 ? 3 : 1, isText, most.Value, isBitmap, position + 1);
        // A number of text takes a digit and, but for the last one, a blank.
        long values = (long)width * height * header.Channels;
        long needed = !isText ? header.Stride * height : isBitmap ? values : 2 * values - 1;
        return header with { Image = image with { IsComplete = needed <= bytes.Length - header.Pixels } };
    }

    /// <summary>The next number, past blanks and comments; <paramref name="position"/> moves behind it.</summary>
    internal static int? Number(ReadOnlySpan<byte> bytes, ref int position)
    {
        Skip(bytes, ref position);
        int start = position;
        while (position < bytes.Length && bytes[position] is >= (byte)'0' and <= (byte)'9')
            position++;
        return position - start is > 0 and <= LongestNumber && int.TryParse(bytes[start..position], out int number) ? number : null;
    }

    /// <summary>Moves past blanks, and comments to the end of their line.</summary>
    internal static void Skip(ReadOnlySpan<byte> bytes, ref int position)
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
}
