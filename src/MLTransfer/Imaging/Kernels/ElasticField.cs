using System.Buffers;
using System.Numerics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Random displacements of pixels that change slowly from place to place.</summary>
internal static class ElasticField
{
    /// <summary>
    /// Replaces noise by its Gaussian blur, as torchvision's <c>gaussian_blur</c> with the kernel of its <c>ElasticTransform</c>.
    /// </summary>
    /// <param name="noise">Row after row.</param>
    /// <param name="size">Of the image.</param>
    /// <param name="sigma">Standard deviation in pixels; 0 leaves the noise as it is.</param>
    internal static void Smooth(Span<float> noise, ImageDimensions size, double sigma)
    {
        if (sigma == 0)
            return;
        int reach = (int)(8 * sigma + 1) / 2;
        Span<float> kernel = stackalloc float[2 * reach + 1];
        Gaussian(kernel, sigma);
        float[] passed = ArrayPool<float>.Shared.Rent(noise.Length), line = ArrayPool<float>.Shared.Rent(size.Width + 2 * reach);
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = -reach; x < size.Width + reach; x++)
                line[reach + x] = noise[y * size.Width + Border.Inside(x, size.Width, PaddingMode.Reflect)];
            Span<float> row = passed.AsSpan(y * size.Width, size.Width);
            row.Clear();
            for (int tap = 0; tap < kernel.Length; tap++)
                AddProduct(line.AsSpan(tap, size.Width), kernel[tap], row);
        }
        for (int y = 0; y < size.Height; y++)
        {
            Span<float> row = noise.Slice(y * size.Width, size.Width);
            row.Clear();
            for (int tap = 0; tap < kernel.Length; tap++)
                AddProduct(passed.AsSpan(Border.Inside(y + tap - reach, size.Height, PaddingMode.Reflect) * size.Width, size.Width),
                    kernel[tap], row);
        }
        ArrayPool<float>.Shared.Return(passed);
        ArrayPool<float>.Shared.Return(line);
    }

    private static void Gaussian(Span<float> kernel, double sigma)
    {
        float sum = 0;
        for (int i = 0; i < kernel.Length; i++)
            sum += kernel[i] = (float)Math.Exp(-0.5 * Math.Pow((i - kernel.Length / 2) / sigma, 2));
        foreach (ref float weight in kernel)
            weight /= sum;
    }

    private static void AddProduct(ReadOnlySpan<float> source, float weight, Span<float> target)
    {
        int i = 0;
        for (; i <= target.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(target[i..]) + new Vector<float>(source[i..]) * weight).CopyTo(target[i..]);
        for (; i < target.Length; i++)
            target[i] += source[i] * weight;
    }
}
