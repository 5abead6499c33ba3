using System.Runtime.InteropServices;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Erases a rectangle of random area and shape at a random place, by chance. Sampled as torchvision's <c>RandomErasing</c>: ten attempts,
/// then
/// the image stays as it is. It works on colours before they are normalized: what is 0 afterwards is the mean, as a colour.
/// </summary>
public sealed record RandomErasing : PixelTransform
{
    private const int Attempts = 10;

    /// <summary>How often, from 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Setting.Share(value); } = 0.5;

    /// <summary>Smallest part of the image's area. Default 0.02.</summary>
    public double SmallestArea { get; init => field = Setting.Share(value); } = 0.02;

    /// <summary>Largest part of the image's area. Default 0.33.</summary>
    public double LargestArea { get; init => field = Setting.Share(value); } = 0.33;

    /// <summary>Flattest shape, height / width. Default 0.3.</summary>
    public double FlattestShape { get; init => field = Setting.Positive(value); } = 0.3;

    /// <summary>Steepest shape, height / width. Default 3.3.</summary>
    public double SteepestShape { get; init => field = Setting.Positive(value); } = 3.3;

    /// <summary>The colour left behind. Default black.</summary>
    public Color Fill { get; init; }

    /// <summary>
    /// Whether each pixel gets a random colour instead: normally distributed with ImageNet's mean and standard deviation, which is what
    /// torchvision's <c>value='random'</c> amounts to after normalization. Default no.
    /// </summary>
    public bool Noise { get; init; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        if (random.Between(0, 1) < Probability && Part(canvas.Size, ref random) is { } part)
            Erase(canvas, part, ref random);
    }

    internal Region? Part(ImageDimensions image, ref ImageRandom random)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * random.Between(SmallestArea, LargestArea);
            double shape = Math.Exp(random.Between(Math.Log(FlattestShape), Math.Log(SteepestShape)));
            int height = (int)Math.Round(Math.Sqrt(part * shape)), width = (int)Math.Round(Math.Sqrt(part / shape));
            if (width >= image.Width || height >= image.Height)
                continue;
            int y = random.Below(image.Height - height + 1), x = random.Below(image.Width - width + 1);
            return new Region(x, y, width, height);
        }
        return null;
    }

    internal void Erase(Canvas canvas, Region part, ref ImageRandom random)
    {
        Span<Color> pixels = MemoryMarshal.Cast<byte, Color>(canvas.Pixels);
        for (int y = part.Y; y < part.Y + part.Height; y++)
        {
            Span<Color> row = pixels.Slice(y * canvas.Width + part.X, part.Width);
            row.Fill(Fill);
            if (!Noise)
                continue;
            foreach (ref Color pixel in row)
                pixel = new Color(Random(Preprocessing.ImageNet.Mean.R, Preprocessing.ImageNet.StandardDeviation.R, ref random),
                    Random(Preprocessing.ImageNet.Mean.G, Preprocessing.ImageNet.StandardDeviation.G, ref random),
                    Random(Preprocessing.ImageNet.Mean.B, Preprocessing.ImageNet.StandardDeviation.B, ref random));
        }
    }

    private static byte Random(float mean, float deviation, ref ImageRandom random) =>
        (byte)Math.Clamp(255 * (mean + deviation * random.Normal()) + 0.5, 0, 255);
}
