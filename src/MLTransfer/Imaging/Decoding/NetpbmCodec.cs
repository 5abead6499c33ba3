namespace MLTransfer.Imaging.Decoding;

/// <summary>Netpbm files: numbers in a row, which become 8 bits as in Pillow, rounded from the range that the file declares.</summary>
internal static class NetpbmCodec
{
    private const uint Opaque = 0xFF000000;

    /// <param name="bytes">The file.</param>
    /// <param name="header">What it says of itself; complete.</param>
    /// <exception cref="ArgumentException">There are too few numbers, other things, or one above the declared range.</exception>
    internal static PixelMemory Decode(ReadOnlySpan<byte> bytes, NetpbmHeader header)
    {
        PixelMemory pixels = new(header.Image.Width, header.Image.Height);
        try
        {
            byte[] levels = Levels(header);
            if (header.IsText)
                ReadText(bytes, header, levels, pixels.Pixels);
            else
                ReadRows(bytes, header, levels, pixels);
            return pixels;
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    private static byte[] Levels(NetpbmHeader header)
    {
        if (header.IsBitmap)
            return [byte.MaxValue, 0];
        byte[] levels = new byte[header.Most + 1];
        for (int value = 0; value < levels.Length; value++)
            levels[value] = (byte)Math.Round((double)value / header.Most * byte.MaxValue);
        return levels;
    }

    private static void ReadRows(ReadOnlySpan<byte> bytes, NetpbmHeader header, byte[] levels, PixelMemory pixels)
    {
        for (int y = 0; y < pixels.Height; y++)
        {
            ReadOnlySpan<byte> row = bytes.Slice((int)(header.Pixels + y * header.Stride), (int)header.Stride);
            Span<uint> target = pixels.Pixels.Slice(y * pixels.Width, pixels.Width);
            for (int x = 0; x < target.Length; x++)
            {
                int first = x * header.Channels;
                target[x] = header.Channels == 1
                    ? Gray(Level(row, header, levels, first))
                    : Colour(
                        Level(row, header, levels, first), Level(row, header, levels, first + 1), Level(row, header, levels, first + 2));
            }
        }
    }

    // Pillow takes a value above the range as the highest in it.
    private static byte Level(ReadOnlySpan<byte> row, NetpbmHeader header, byte[] levels, int index)
    {
        int value = header.IsBitmap ? row[index >> 3] >> (7 - (index & 7)) & 1
            : header.Most > byte.MaxValue ? row[2 * index] << 8 | row[2 * index + 1]
            : row[index];
        return levels[Math.Min(value, header.Most)];
    }

    private static void ReadText(ReadOnlySpan<byte> bytes, NetpbmHeader header, byte[] levels, Span<uint> pixels)
    {
        int position = header.Pixels;
        foreach (ref uint pixel in pixels)
        {
            pixel = header.Channels == 1
                ? Gray(levels[Next(bytes, ref position)])
                : Colour(levels[Next(bytes, ref position)], levels[Next(bytes, ref position)], levels[Next(bytes, ref position)]);
        }

        int Next(ReadOnlySpan<byte> bytes, ref int position)
        {
            int? value = header.IsBitmap ? Digit(bytes, ref position) : NetpbmHeader.Number(bytes, ref position);
            if (value is null)
                throw new ArgumentException(position < bytes.Length
                    ? "something else is among its numbers" : "not all of its pixels are there");
            return value <= header.Most ? value.Value
                : throw new ArgumentException($"it holds {value}, above the {header.Most} that it declares");
        }
    }

    // The digits of a bitmap need no blanks between them.
    private static int? Digit(ReadOnlySpan<byte> bytes, ref int position)
    {
        NetpbmHeader.Skip(bytes, ref position);
        return position < bytes.Length && bytes[position] is (byte)'0' or (byte)'1' ? bytes[position++] - '0' : null;
    }

    private static uint Gray(byte level) => Opaque | level * 0x010101u;

    private static uint Colour(byte red, byte green, byte blue) => Opaque | red | (uint)green << 8 | (uint)blue << 16;
}
