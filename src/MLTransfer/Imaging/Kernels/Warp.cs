using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Moves the pixels of an image, with the results of Pillow's <c>Image.transform</c>.</summary>
internal static class Warp
{
    /// <summary>Turns an image counter-clockwise, as torchvision's <c>rotate</c>.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="degrees">The angle.</param>
    /// <param name="interpolation">How pixels between pixels are found.</param>
    /// <param name="fill">What is seen beyond the image.</param>
    /// <param name="centre">What stays where it is; the middle where not given.</param>
    /// <param name="expand">Whether the result is as large as it takes to show all of the image turned around its middle.</param>
    internal static void Rotate(Canvas canvas, double degrees, Interpolation interpolation, Color fill, ImagePoint? centre = null,
        bool expand = false)
    {
        AffineMap map = AffineMap.Rotation(centre ?? Middle(canvas.Size), degrees);
        ImageDimensions size = canvas.Size;
        if (expand)
        {
            // Corners between two pixels would make an image turned by a right angle a pixel too large.
            size = centre is null && Math.Abs(degrees % 180) == 90 ? new ImageDimensions(canvas.Height, canvas.Width)
                : Expanded(map, canvas.Size);
            map = map.After(-(size.Width - canvas.Width) / 2.0, -(size.Height - canvas.Height) / 2.0);
        }
        Affine(canvas, map, interpolation, fill, size);
    }

    /// <summary>Shows an image through an affine map.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="map">Where the pixels of the result come from.</param>
    /// <param name="interpolation">How pixels between pixels are found.</param>
    /// <param name="fill">What is seen beyond the image.</param>
    /// <param name="size">The size of the result; that of the image where not given.</param>
    internal static void Affine(Canvas canvas, in AffineMap map, Interpolation interpolation, Color fill, ImageDimensions? size = null)
    {
        if (interpolation != Interpolation.Nearest || !NearestAffine.TryRun(canvas, map, fill, size ?? canvas.Size))
            Run(canvas, map, interpolation, fill, size ?? canvas.Size);
    }

    /// <summary>Shows an image in perspective.</summary>
    internal static void Perspective(Canvas canvas, in PerspectiveMap map, Interpolation interpolation, Color fill) =>
        Run(canvas, map, interpolation, fill, canvas.Size);

    /// <summary>The middle of an image.</summary>
    internal static ImagePoint Middle(ImageDimensions size) => new(size.Width / 2.0, size.Height / 2.0);

    private static ImageDimensions Expanded(in AffineMap map, ImageDimensions size)
    {
        ImagePoint right = new(size.Width, 0), below = new(0, size.Height), opposite = new(size.Width, size.Height);
        ReadOnlySpan<ImagePoint> corners = [map * default(ImagePoint), map * right, map * opposite, map * below];
        (ImagePoint least, ImagePoint most) = (corners[0], corners[0]);
        foreach (ImagePoint corner in corners)
        {
            least = new ImagePoint(Math.Min(least.X, corner.X), Math.Min(least.Y, corner.Y));
            most = new ImagePoint(Math.Max(most.X, corner.X), Math.Max(most.Y, corner.Y));
        }
        return new ImageDimensions((int)(Math.Ceiling(most.X) - Math.Floor(least.X)), (int)(Math.Ceiling(most.Y) - Math.Floor(least.Y)));
    }

    private static void Run<TMap>(Canvas canvas, TMap map, Interpolation interpolation, Color fill, ImageDimensions size)
        where TMap : struct, IPixelMap
    {
        switch (interpolation)
        {
            case Interpolation.Nearest:
                Run<TMap, NearestSampler>(canvas, map, fill, size);
                break;
            case Interpolation.Bicubic:
                Run<TMap, BicubicSampler>(canvas, map, fill, size);
                break;
            default:
                Run<TMap, BilinearSampler>(canvas, map, fill, size);
                break;
        }
    }

    private static void Run<TMap, TSampler>(Canvas canvas, TMap map, Color fill, ImageDimensions size)
        where TMap : struct, IPixelMap
        where TSampler : struct, ISampler
    {
        Span<byte> target = canvas.Draft(size);
        Taps taps = new(canvas);
        int to = 0;
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++, to += 3)
            {
                ImagePoint place = map.Source(x, y);
                Span<byte> pixel = target.Slice(to, 3);
                if (taps.Contains(place))
                    Write(TSampler.Sample(taps, place), pixel);
                else
                    (pixel[0], pixel[1], pixel[2]) = (fill.Red, fill.Green, fill.Blue);
            }
        }
        canvas.Accept();
    }

    /// <summary>Writes the three lowest bytes.</summary>
    internal static void Write(uint colours, Span<byte> pixel) =>
        (pixel[0], pixel[1], pixel[2]) = ((byte)colours, (byte)(colours >> 8), (byte)(colours >> 16));
}
