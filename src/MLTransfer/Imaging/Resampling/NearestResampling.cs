using System.Buffers;

namespace MLTransfer.Imaging.Resampling;

/// <summary>Takes for each pixel the source pixel under its centre.</summary>
internal static class NearestResampling
{
    internal static void Render(PixelView source, in Framing framing, Region seen, RowTarget target)
    {
        int[] columns = ArrayPool<int>.Shared.Rent(seen.Width), rows = ArrayPool<int>.Shared.Rent(seen.Height);
        Locate(columns.AsSpan(0, seen.Width), framing.Source.Width, framing.Grid.Width, seen.X);
        Locate(rows.AsSpan(0, seen.Height), framing.Source.Height, framing.Grid.Height, seen.Y);
        int red = source.Layout == PixelLayout.Bgra ? 2 : 0, size = source.BytesPerPixel;
        for (int y = 0; y < seen.Height; y++)
        {
            ReadOnlySpan<byte> from = source.Row(framing.Source.Y + rows[y], framing.Source.X, framing.Source.Width);
            Span<byte> to = target.Row(y, seen.Width);
            for (int x = 0; x < seen.Width; x++)
            {
                ReadOnlySpan<byte> pixel = from.Slice(columns[x] * size, size);
                to[x * 3] = pixel[red];
                to[x * 3 + 1] = pixel[1];
                to[x * 3 + 2] = pixel[2 - red];
            }
        }
        ArrayPool<int>.Shared.Return(columns);
        ArrayPool<int>.Shared.Return(rows);
    }

    private static void Locate(Span<int> indices, int sourceSize, int size, int from)
    {
        double scale = (double)sourceSize / size;
        for (int i = 0; i < indices.Length; i++)
            indices[i] = Math.Min((int)((from + i + 0.5) * scale), sourceSize - 1);
    }
}
