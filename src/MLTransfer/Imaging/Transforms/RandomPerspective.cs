using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Shows an image as if it were seen from the side, by chance: each corner moves inwards at random. As torchvision's
/// <c>RandomPerspective</c>. An image a pixel wide or high stays as it is.
/// </summary>
public sealed record RandomPerspective : PixelTransform
{
    /// <summary>How far a corner moves at most, as a part of half the width and half the height, from 0 to 1. Default 0.5.</summary>
    public double Distortion { get; init => field = Setting.Share(value); } = 0.5;

    /// <summary>How often, from 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Setting.Share(value); } = 0.5;

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>The colour where the image no longer is. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        if (random.Between(0, 1) >= Probability)
            return;
        (int right, int bottom) = (canvas.Width - 1, canvas.Height - 1);
        ReadOnlySpan<ImagePoint> corners = [new(0, 0), new(right, 0), new(right, bottom), new(0, bottom)];
        Span<ImagePoint> moved = stackalloc ImagePoint[4];
        Move(canvas.Size, moved, ref random);
        if (PerspectiveMap.Between(corners, moved) is { } map)
            Warp.Perspective(canvas, map, Interpolation, Fill);
    }

    /// <summary>Where the corners go: top left, top right, bottom right, bottom left.</summary>
    internal void Move(ImageDimensions size, Span<ImagePoint> corners, ref ImageRandom random)
    {
        int x = (int)(Distortion * (size.Width / 2)) + 1, y = (int)(Distortion * (size.Height / 2)) + 1;
        corners[0] = new ImagePoint(random.Below(x), random.Below(y));
        corners[1] = new ImagePoint(size.Width - x + random.Below(x), random.Below(y));
        corners[2] = new ImagePoint(size.Width - x + random.Below(x), size.Height - y + random.Below(y));
        corners[3] = new ImagePoint(random.Below(x), size.Height - y + random.Below(y));
    }
}
