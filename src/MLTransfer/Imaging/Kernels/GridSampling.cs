using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Displaces each pixel on its own, as torchvision's <c>elastic_transform</c> does by PyTorch's <c>grid_sample</c>: in single precision,
/// with
/// places counted from -1 to 1 over the image.
/// </summary>
internal static class GridSampling
{
    /// <param name="canvas">The image.</param>
    /// <param name="right">How much further to the right a pixel comes from.</param>
    /// <param name="down">How much further down.</param>
    /// <param name="nearest">Whether it is the nearest pixel, and not two by two interpolated.</param>
    /// <param name="fill">What is seen beyond the image.</param>
    internal static void Run(Canvas canvas, ReadOnlySpan<float> right, ReadOnlySpan<float> down, bool nearest, Color fill)
    {
        Span<byte> target = canvas.Draft();
        (int width, int height) = canvas.Size;
        Source source = new(canvas);
        Vector128<float> beyond = Vector128.Create(fill.Red, fill.Green, fill.Blue, 1f);
        for (int y = 0, i = 0; y < height; y++)
        {
            float row = Identity(y, height);
            for (int x = 0; x < width; x++, i++)
            {
                float u = (Identity(x, width) + right[i] + 1) * (width / 2f) - 0.5f, v = (row + down[i] + 1) * (height / 2f) - 0.5f;
                Vector128<float> seen = nearest ? source.At(MathF.Round(u), MathF.Round(v)) : Bilinear(source, u, v);
                // The last lane says how much of the sample lies in the image; torchvision weighs the colours by it once more.
                Vector128<float> share = Vector128.Create(seen[3]);
                Vector128<float> mixed = seen * share + (Vector128<float>.One - share) * beyond;
                for (int color = 0; color < 3; color++)
                    target[i * 3 + color] = (byte)MathF.Round(mixed[color]);
            }
        }
        canvas.Accept();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Bilinear(in Source source, float u, float v)
    {
        float left = MathF.Floor(u), top = MathF.Floor(v), w = u - left, n = v - top, e = 1 - w, s = 1 - n;
        return source.At(left, top) * (e * s) + source.At(left + 1, top) * (w * s) + source.At(left, top + 1) * (e * n)
            + source.At(left + 1, top + 1) * (w * n);
    }

    // Even steps from both ends, as torch.linspace.
    private static float Identity(int index, int count)
    {
        float first = (1f - count) / count, step = count == 1 ? 0 : (-first - first) / (count - 1);
        return index < count / 2 ? first + step * index : -first - step * (count - 1 - index);
    }

    private readonly ref struct Source(Canvas canvas)
    {
        private readonly Taps _taps = new(canvas);
        private readonly int _width = canvas.Width, _height = canvas.Height;

        /// <summary>Red, green, blue and 1; four times 0 beyond the image.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Vector128<float> At(float x, float y)
        {
            if (!(x >= 0 && x < _width && y >= 0 && y < _height))
                return Vector128<float>.Zero;
            Vector128<byte> pixel = Vector128.CreateScalarUnsafe(_taps.Pixel(((int)y * _width + (int)x) * 3)).AsByte();
            return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(pixel)).AsInt32()).WithElement(3, 1);
        }
    }
}
