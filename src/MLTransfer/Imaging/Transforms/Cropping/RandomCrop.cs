using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>
/// Cuts a square of fixed size at a random place of the picture with a black border around it, as torchvision's <c>RandomCrop</c>; where the
/// picture with its border is smaller than the square, more black is added on both sides (<c>pad_if_needed</c>).
/// </summary>
public sealed record RandomCrop : FramingTransform
{
    /// <summary>Creates the transform.</summary>
    /// <param name="size">Side of the square, in pixels.</param>
    /// <param name="padding">Width of the border that is added on each side first, in pixels. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not positive, or the padding negative.</exception>
    public RandomCrop(int size, int padding = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padding);
        Size = size;
        Padding = padding;
    }

    /// <summary>Side of the square, in pixels.</summary>
    public int Size { get; }

    /// <summary>Width of the border that is added on each side first, in pixels.</summary>
    public int Padding { get; }

    internal override Framing? Frame(Framing framing, ref PictureRandom random)
    {
        // Whether it can be done without the pixels does not depend on the place: no chance is used before that is known.
        if (framing.Crop(new Region(-Size, -Size, Size, Size)) is null)
            return null;
        int y = Start(framing.Size.Height, ref random), x = Start(framing.Size.Width, ref random);
        return framing.Crop(new Region(x, y, Size, Size));
    }

    internal override PictureSize? SizeAfter(PictureSize? before) => new PictureSize(Size, Size);

    private int Start(int length, ref PictureRandom random)
    {
        int border = Math.Max(Padding, Size - length - Padding);
        return random.Below(length + 2 * border - Size + 1) - border;
    }
}
