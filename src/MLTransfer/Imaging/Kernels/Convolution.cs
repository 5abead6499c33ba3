using System.Buffers;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Resampling in two passes, along the rows first and then along the columns, each rounded to 8 bits: the order and the rounding
/// decide the last grey level, and are Pillow's. Only the rows and columns that the window needs are computed.
/// </summary>
internal static class Convolution
{
    // Between the passes all rows are as narrow as the result: too much only for images that are high beyond reason.
    private const int MostBytes = 1 << 29;

    internal static void Render(PixelView source, in Framing framing, Region seen, RowTarget target)
    {
        Filter filter = Filter.Of(framing.Interpolation);
        SourceAxis across = source.Columns(framing.Source), down = source.Rows(framing.Source);
        using var columns = Kernel.Of(across, framing.Grid.Width, seen.X, seen.Width, filter);
        using var rows = Kernel.Of(down, framing.Grid.Height, seen.Y, seen.Height, filter);
        using HorizontalPass horizontal = new(columns);
        int stride = VerticalPass.StrideOf(seen.Width);
        if ((long)rows.Length * stride > MostBytes)
            throw new ImageException("image",
                $"it is {rows.Length} pixels high, too many to be resized to {framing.Grid.Width} x {framing.Grid.Height}; cut a part "
                + $"of it first");
        byte[] narrowed = ArrayPool<byte>.Shared.Rent(rows.Length * stride);
        byte[] sourceRow = ArrayPool<byte>.Shared.Rent(horizontal.SourceRowLength);
        byte[] resultRow = ArrayPool<byte>.Shared.Rent(stride);
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<byte> row = source.Row(down.Origin + rows.First + y, across.Origin + columns.First, columns.Length);
            PixelOrder.ToFourBytes(row, sourceRow, source.Layout);
            horizontal.Run(sourceRow, narrowed.AsSpan(y * stride, stride));
        }
        PixelLayout layout = source.Layout == PixelLayout.Bgra ? PixelLayout.Bgra : PixelLayout.Rgba;
        for (int y = 0; y < seen.Height; y++)
        {
            VerticalPass.Run(narrowed.AsSpan(rows.Start(y) * stride), stride, rows.Weights(y), resultRow.AsSpan(0, stride));
            PixelOrder.ToRgb(resultRow.AsSpan(0, seen.Width * 4), target.Row(y, seen.Width), layout);
        }
        ArrayPool<byte>.Shared.Return(narrowed);
        ArrayPool<byte>.Shared.Return(sourceRow);
        ArrayPool<byte>.Shared.Return(resultRow);
    }
}
