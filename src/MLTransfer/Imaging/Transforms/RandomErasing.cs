using System.Runtime.InteropServices;
using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Erases a rectangle of random area and shape at a random position, with a probability. Sampled as torchvision's <c>RandomErasing</c>: ten
/// attempts, then the image stays as it is. It runs before normalization: torchvision's fill of 0, after it, is the mean color.
/// </summary>
public sealed record RandomErasing : BuiltInTransform
{
    private const int Attempts = 10;

    /// <summary>The probability, from 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Require.Fraction(value); } = 0.5;

    /// <summary>Area of the rectangle, as a fraction of the image's. Default 0.02 to 0.33.</summary>
    public Interval Scale { get; init => field = value.Within(0, 1, nameof(Scale)); } = new(0.02, 0.33);

    /// <summary>Width / height of the rectangle (torchvision's ratio is height / width). Default 1/3.3 to 1/0.3.</summary>
    public Interval AspectRatio { get; init => field = value.Positive(nameof(AspectRatio)); } = new(1 / 3.3, 1 / 0.3);

    /// <summary>The color of the erased rectangle. Default black.</summary>
    public Color Fill { get; init; }

    /// <summary>
    /// Whether each pixel gets a random color instead: normally distributed with ImageNet's mean and standard deviation, which equals
    /// torchvision's <c>value='random'</c> after normalization. Default false.
    /// </summary>
    public bool Noise { get; init; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        if (random.Happens(Probability) && ChooseRegion(buffer.Size, ref random) is { } part)
            Erase(buffer, part, ref random);
    }

    internal Region? ChooseRegion(ImageDimensions image, ref ImageRandom random)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * Scale.Sample(ref random);
            // torchvision draws height / width.
            double ratio = Math.Exp(random.Between(Math.Log(1 / AspectRatio.Most), Math.Log(1 / AspectRatio.Least)));
            int height = (int)Math.Round(Math.Sqrt(part * ratio)), width = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width >= image.Width || height >= image.Height)
                continue;
            int y = random.Below(image.Height - height + 1), x = random.Below(image.Width - width + 1);
            return new Region(x, y, width, height);
        }
        return null;
    }

    internal void Erase(ImageBuffer buffer, Region part, ref ImageRandom random)
    {
        (Rgb mean, Rgb deviation) = (Preprocessing.ImageNet.Mean, Preprocessing.ImageNet.StandardDeviation);
        Span<Color> pixels = MemoryMarshal.Cast<byte, Color>(buffer.Pixels);
        for (int y = part.Y; y < part.Y + part.Height; y++)
        {
            Span<Color> row = pixels.Slice(y * buffer.Width + part.X, part.Width);
            row.Fill(Fill);
            if (!Noise)
                continue;
            foreach (ref Color pixel in row)
                pixel = new Color(
                    Draw(mean.R, deviation.R, ref random), Draw(mean.G, deviation.G, ref random), Draw(mean.B, deviation.B, ref random));
        }
    }

    private static byte Draw(float mean, float deviation, ref ImageRandom random) =>
        (byte)Math.Clamp(255 * (mean + deviation * random.Normal()) + 0.5, 0, 255);
}
