using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Cuts a part of random area and shape at a random place and resizes it to a square. Sampled as torchvision's
/// <c>RandomResizedCrop</c> does: ten attempts, then the largest centred part whose shape is allowed.
/// </summary>
public sealed record RandomResizedCrop : FramingTransform
{
    private const int Attempts = 10;

    /// <summary>Creates the transform.</summary>
    /// <param name="size">Side of the resulting square, in pixels.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or above 1,048,576.</exception>
    public RandomResizedCrop(int size)
    {
        Size = Setting.Side(size, nameof(size));
    }

    /// <summary>Side of the resulting square, in pixels.</summary>
    public int Size { get; }

    /// <summary>Smallest part of the image's area. Default 0.08.</summary>
    public double SmallestArea { get; init => field = Setting.Share(value); } = 0.08;

    /// <summary>Largest part of the image's area. Default 1.</summary>
    public double LargestArea { get; init => field = Setting.Share(value); } = 1;

    /// <summary>Narrowest shape, width / height. Default 3/4.</summary>
    public double NarrowestShape { get; init => field = Setting.Positive(value); } = 3.0 / 4;

    /// <summary>Widest shape, width / height. Default 4/3.</summary>
    public double WidestShape { get; init => field = Setting.Positive(value); } = 4.0 / 3;

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    internal override Framing? Frame(Framing framing, ref ImageRandom random)
    {
        ImageDimensions square = new(Size, Size);
        if (framing.Crop(new Region(0, 0, 1, 1))?.Resize(square, Interpolation) is null)
            return null;
        return framing.Crop(Part(framing.Size, ref random))?.Resize(square, Interpolation);
    }

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Size, Size);

    internal Region Part(ImageDimensions image, ref ImageRandom random)
    {
        double area = (double)image.Width * image.Height;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * random.Between(SmallestArea, LargestArea);
            double shape = Math.Exp(random.Between(Math.Log(NarrowestShape), Math.Log(WidestShape)));
            int width = (int)Math.Round(Math.Sqrt(part * shape)), height = (int)Math.Round(Math.Sqrt(part / shape));
            if (width < 1 || height < 1 || width > image.Width || height > image.Height)
                continue;
            int y = random.Below(image.Height - height + 1), x = random.Below(image.Width - width + 1);
            return new Region(x, y, width, height);
        }
        return Centred(image);
    }

    private Region Centred(ImageDimensions image)
    {
        (int width, int height) = image;
        double shape = (double)width / height;
        if (shape < NarrowestShape)
            height = Math.Clamp((int)Math.Round(width / NarrowestShape), 1, height);
        else if (shape > WidestShape)
            width = Math.Clamp((int)Math.Round(height * WidestShape), 1, width);
        return new Region((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }
}
