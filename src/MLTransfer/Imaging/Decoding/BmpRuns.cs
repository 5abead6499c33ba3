namespace MLTransfer.Imaging.Decoding;

/// <summary>The run-length encoding of BMP files with a palette (RLE4 and RLE8).</summary>
internal static class BmpRuns
{
    private const byte EndOfRow = 0, EndOfImage = 1, Move = 2;

    /// <param name="bytes">The encoded rows.</param>
    /// <param name="half">Whether a byte holds two indices.</param>
    /// <param name="indices">Gets the index of each pixel, rows in the order they are stored; 0 where the data passes over it.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <exception cref="ArgumentException">The data ends before the image does.</exception>
    internal static void Decode(ReadOnlySpan<byte> bytes, bool half, Span<byte> indices, int width)
    {
        indices.Clear();
        int x = 0, position = 0;
        long row = 0;
        while (row < indices.Length)
        {
            if (position + 2 > bytes.Length)
                throw EndsTooEarly();
            int count = bytes[position], value = bytes[position + 1];
            position += 2;
            if (count > 0)
            {
                Span<byte> target = Rest(indices, row, x, width, count);
                for (int i = 0; i < target.Length; i++)
                    target[i] = half ? Half(value, i) : (byte)value;
                x += count;
            }
            else if (value == EndOfRow)
            {
                (x, row) = (0, row + width);
            }
            else if (value == EndOfImage)
            {
                return;
            }
            else if (value == Move)
            {
                if (position + 2 > bytes.Length)
                    throw EndsTooEarly();
                x += bytes[position];
                row += (long)bytes[position + 1] * width;
                position += 2;
            }
            else
            {
                position = CopyAbsolute(bytes, position, half, Rest(indices, row, x, width, value), value);
                x += value;
            }
        }
    }

    private static int CopyAbsolute(ReadOnlySpan<byte> bytes, int position, bool half, Span<byte> target, int count)
    {
        int length = half ? (count + 1) / 2 : count;
        if (position + length > bytes.Length)
            throw EndsTooEarly();
        for (int i = 0; i < target.Length; i++)
            target[i] = half ? Half(bytes[position + i / 2], i) : bytes[position + i];
        return position + length + (length & 1);
    }

    /// <summary>What of the next pixels lies in the row.</summary>
    private static Span<byte> Rest(Span<byte> indices, long row, int x, int width, int count) =>
        x >= width ? [] : indices.Slice((int)row + x, Math.Min(count, width - x));

    private static byte Half(int value, int i) => (byte)(i % 2 == 0 ? value >> 4 : value & 15);

    private static ArgumentException EndsTooEarly() => new("the run-length encoded rows end too early");
}
