using System.Buffers;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Weighs the neighbours of each pixel along its row and then along its column by a Gaussian, in single precision, as torchvision's
/// <c>gaussian_blur</c> does with both at once. Beyond an edge the image is seen mirrored, the edge itself once.
/// </summary>
internal static class Gaussian
{
    private const int MostNumbers = 1 << 28;

    /// <param name="canvas">The image.</param>
    /// <param name="taps">Columns and rows that are weighed; both odd.</param>
    /// <param name="sigma">The standard deviation in pixels.</param>
    internal static void Blur(Canvas canvas, ImageDimensions taps, double sigma)
    {
        int width = canvas.Width, height = canvas.Height, pitch = WeightedSum.LengthFor(width * 3);
        if ((long)pitch * (taps.Height + 1) > MostNumbers)
            throw new ImageException("image",
                $"it is {width} pixels wide, too many to be blurred over {taps.Height} rows; resize it first");
        float[] row = ArrayPool<float>.Shared.Rent(pitch + taps.Width * 3), rows = ArrayPool<float>.Shared.Rent(pitch * (taps.Height + 1));
        Span<float> across = stackalloc float[taps.Width], down = stackalloc float[taps.Height],
            sum = rows.AsSpan(pitch * taps.Height, pitch);
        Span<int> columnStarts = stackalloc int[taps.Width], rowStarts = stackalloc int[taps.Height];
        Weigh(across, sigma);
        Weigh(down, sigma);
        for (int tap = 0; tap < taps.Width; tap++)
            columnStarts[tap] = tap * 3;
        ReadOnlySpan<byte> pixels = canvas.Pixels;
        Span<byte> target = canvas.Draft();
        int done = 0;
        for (int y = 0; y < height; y++)
        {
            // Each row is weighed along itself once; as many are kept as are weighed against each other.
            for (; done <= Math.Min(y + taps.Height / 2, height - 1); done++)
            {
                Mirror(pixels.Slice(done * width * 3, width * 3), taps.Width / 2, row);
                WeightedSum.Run(row, columnStarts, across, rows.AsSpan(done % taps.Height * pitch, pitch));
            }
            for (int tap = 0; tap < taps.Height; tap++)
                rowStarts[tap] = Mirrored(y + tap - taps.Height / 2, height) % taps.Height * pitch;
            WeightedSum.Run(rows, rowStarts, down, sum);
            WeightedSum.Round(sum, target.Slice(y * width * 3, width * 3));
        }
        canvas.Accept();
        ArrayPool<float>.Shared.Return(row);
        ArrayPool<float>.Shared.Return(rows);
    }

    private static void Weigh(Span<float> weights, double sigma)
    {
        float sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            float distance = (i - weights.Length / 2) / (float)sigma;
            sum += weights[i] = MathF.Exp(-0.5f * distance * distance);
        }
        foreach (ref float weight in weights)
            weight /= sum;
    }

    /// <summary>A row with so many mirrored pixels at both ends.</summary>
    private static void Mirror(ReadOnlySpan<byte> pixels, int border, Span<float> row)
    {
        int width = pixels.Length / 3;
        WeightedSum.Widen(pixels, row[(border * 3)..]);
        for (int x = -border; x < width + border; x = x == -1 ? width : x + 1)
        {
            int from = Mirrored(x, width) * 3, to = (x + border) * 3;
            (row[to], row[to + 1], row[to + 2]) = (pixels[from], pixels[from + 1], pixels[from + 2]);
        }
    }

    // An image smaller than the border is mirrored again and again.
    private static int Mirrored(int place, int length)
    {
        int period = Math.Max(1, 2 * (length - 1)), inside = (place % period + period) % period;
        return Math.Min(inside, period - inside) % length;
    }
}
