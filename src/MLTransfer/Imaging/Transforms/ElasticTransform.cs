using System.Buffers;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Displaces pixels at random, neighbours by nearly as much, like an image seen through water. As torchvision's <c>ElasticTransform</c>,
/// which
/// computes in single precision: with the same displacements, two pixels in ten thousand may be a grey level off.
/// </summary>
public sealed record ElasticTransform : PixelTransform
{
    /// <summary>How strong, in torchvision's unit: the blurred noise is multiplied by it. Default 50.</summary>
    public double Alpha { get; init => field = Setting.Between(0, value, 1e6); } = 50;

    /// <summary>How smooth: standard deviation of the blur, in pixels, from 0 to 100. Default 5.</summary>
    public double Sigma { get; init => field = Setting.Between(0, value, 100); } = 5;

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

    /// <summary>The colour where the image no longer is. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        int count = canvas.Width * canvas.Height;
        float[] borrowed = ArrayPool<float>.Shared.Rent(2 * count);
        foreach (ref float place in borrowed.AsSpan(0, 2 * count))
            place = (float)random.Between(-1, 1);
        Displace(canvas, borrowed.AsSpan(0, count), borrowed.AsSpan(count, count));
        ArrayPool<float>.Shared.Return(borrowed);
    }

    /// <param name="canvas">The image.</param>
    /// <param name="right">Noise from -1 to 1 that becomes the displacements to the right.</param>
    /// <param name="down">That of the displacements down.</param>
    internal void Displace(Canvas canvas, Span<float> right, Span<float> down)
    {
        Scale(right, canvas.Size, canvas.Height);
        Scale(down, canvas.Size, canvas.Width);
        GridSampling.Run(canvas, right, down, Interpolation == Interpolation.Nearest, Fill);
    }

    // torchvision divides displacements to the right by the height and those down by the width.
    private void Scale(Span<float> noise, ImageDimensions size, int length)
    {
        ElasticField.Smooth(noise, size, Sigma);
        foreach (ref float place in noise)
            place = place * (float)Alpha / length;
    }
}
