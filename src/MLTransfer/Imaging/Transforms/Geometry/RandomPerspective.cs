using MLTransfer.Imaging.Warping;

namespace MLTransfer.Imaging;

/// <summary>
/// Shows a picture as if it were seen from the side, by chance: each corner moves inwards at random. As torchvision's
/// <c>RandomPerspective</c>. A picture a pixel wide or high stays as it is.
/// </summary>
public sealed record RandomPerspective : PixelTransform
{
    /// <summary>How far a corner moves at most, as a part of half the width and half the height, from 0 to 1. Default 0.5.</summary>
    public double Distortion { get; init => field = Setting.Share(value); } = 0.5;

    /// <summary>How often, from 0 to 1. Default 0.5.</summary>
    public double Probability { get; init => field = Setting.Share(value); } = 0.5;

    /// <summary>How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bilinear;

    /// <summary>The colour where the picture no longer is. Default black.</summary>
    public Color Fill { get; init; }

    internal override void Change(Canvas canvas, ref PictureRandom random)
    {
        if (random.Between(0, 1) >= Probability)
            return;
        (int right, int bottom) = (canvas.Width - 1, canvas.Height - 1);
        ReadOnlySpan<PicturePoint> corners = [new(0, 0), new(right, 0), new(right, bottom), new(0, bottom)];
        Span<PicturePoint> moved = stackalloc PicturePoint[4];
        Move(canvas.Size, moved, ref random);
        if (PerspectiveMap.Between(corners, moved) is { } map)
            Warp.Perspective(canvas, map, Interpolation, Fill);
    }

    /// <summary>Where the corners go: top left, top right, bottom right, bottom left.</summary>
    internal void Move(PictureSize size, Span<PicturePoint> corners, ref PictureRandom random)
    {
        int x = (int)(Distortion * (size.Width / 2)) + 1, y = (int)(Distortion * (size.Height / 2)) + 1;
        corners[0] = new PicturePoint(random.Below(x), random.Below(y));
        corners[1] = new PicturePoint(size.Width - x + random.Below(x), random.Below(y));
        corners[2] = new PicturePoint(size.Width - x + random.Below(x), size.Height - y + random.Below(y));
        corners[3] = new PicturePoint(random.Below(x), size.Height - y + random.Below(y));
    }
}
