using System.Buffers;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Displaces pixels at random, neighbors by similar amounts, like an image seen through water. As torchvision's
/// <c>ElasticTransform</c>, which computes in single precision: with the same displacements, two pixels in ten thousand may be a gray
/// level off.
/// </summary>
public sealed record ElasticTransform : BuiltInTransform
{
    /// <summary>Strength in torchvision's unit, from 0 to 1,000,000: the blurred noise is multiplied by it. Default 50.</summary>
    public double Alpha { get; init => field = Require.Between(0.0, value, 1e6); } = 50;

    /// <summary>Smoothness: standard deviation of the blur, in pixels, from 0 to 100. Default 5.</summary>
    public double Sigma { get; init => field = Require.Between(0.0, value, 100); } = 5;

    /// <summary>
    /// How pixels are interpolated: <see cref="Interpolation.Bilinear"/>, the default, or <see cref="Interpolation.Nearest"/>.
    /// </summary>
    public Interpolation Interpolation
    {
        get;
        init => field = value is Interpolation.Bilinear or Interpolation.Nearest
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Interpolation), value, "An elastic transform interpolates bilinear or takes the nearest pixel.");
    } = Interpolation.Bilinear;

    /// <summary>The color beyond the displaced image. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        int count = buffer.Width * buffer.Height;
        float[] noise = ArrayPool<float>.Shared.Rent(2 * count);
        foreach (ref float number in noise.AsSpan(0, 2 * count))
            number = (float)random.Between(-1, 1);
        Displace(buffer, noise.AsSpan(0, count), noise.AsSpan(count, count));
        ArrayPool<float>.Shared.Return(noise);
    }

    /// <param name="buffer">The image.</param>
    /// <param name="right">Noise from -1 to 1, turned into the displacements to the right.</param>
    /// <param name="down">Noise from -1 to 1, turned into the displacements downwards.</param>
    internal void Displace(ImageBuffer buffer, Span<float> right, Span<float> down)
    {
        Scale(right, buffer.Size, buffer.Height);
        Scale(down, buffer.Size, buffer.Width);
        GridSampling.Run(buffer, right, down, Interpolation == Interpolation.Nearest, Fill);
    }

    // torchvision divides displacements to the right by the height and those down by the width.
    private void Scale(Span<float> noise, ImageDimensions size, int length)
    {
        Gaussian.Blur(noise, size, Sigma);
        foreach (ref float displacement in noise)
            displacement = displacement * (float)Alpha / length;
    }
}
