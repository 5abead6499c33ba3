using System.Buffers;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Takes for each pixel the source pixel under its centre.</summary>
internal static class NearestResampling
{
    internal static void Render(PixelView source, in Framing framing, Region seen, RowTarget target)
    {
        int[] columns = ArrayPool<int>.Shared.Rent(seen.Width), rows = ArrayPool<int>.Shared.Rent(seen.Height);
        SourceAxis across = source.Columns(framing.Source), down = source.Rows(framing.Source);
        Locate(columns.AsSpan(0, seen.Width), across, framing.Grid.Width, seen.X);
        Locate(rows.AsSpan(0, seen.Height), down, framing.Grid.Height, seen.Y);
        int red = source.Layout == PixelLayout.Bgra ? 2 : 0, size = source.BytesPerPixel;
        for (int y = 0; y < seen.Height; y++)
        {
            ReadOnlySpan<byte> from = source.Row(down.Origin + rows[y], across.Origin, across.Count);
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

    // Pillow adds the step up rather than multiplying it, and its rounding decides where a centre falls between two pixels.
    private static void Locate(Span<int> indices, SourceAxis source, int size, int from)
    {
        double step = source.Length / size, position = source.Start + step / 2;
        for (int i = 0; i < from; i++)
            position += step;
        foreach (ref int index in indices)
        {
            index = Math.Min((int)position, source.Count - 1);
            position += step;
        }
    }
}
