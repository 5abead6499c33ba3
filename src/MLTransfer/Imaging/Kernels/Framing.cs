using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// What several transforms together do to an image, before any pixel is touched: a part of it is resampled to a grid,
/// and a window of that grid is looked at, mirrored and flipped or not. What the window does not show is never computed.
/// </summary>
/// <param name="Source">The part of the image that is resampled.</param>
/// <param name="Grid">The size it is resampled to.</param>
/// <param name="Window">What is looked at, in pixels of the grid; black where it lies outside.</param>
/// <param name="Mirrored">Whether left and right are exchanged in the end.</param>
/// <param name="Interpolation">How pixels between pixels are found.</param>
internal readonly record struct Framing(Region Source, ImageDimensions Grid, Region Window, bool Mirrored, Interpolation Interpolation)
{
    /// <summary>Whether top and bottom are exchanged in the end.</summary>
    internal bool Flipped { get; private init; }

    internal ImageDimensions Size => new(Window.Width, Window.Height);

    internal bool Resamples => Grid.Width != Source.Width || Grid.Height != Source.Height;

    /// <summary>
    /// How many of the image's pixels, in both directions, a decoder may make one of with no fewer left than the grid has: 1, 2, 4 or 8.
    /// </summary>
    internal int LargestReduction
    {
        get
        {
            int reduction = 8;
            while (reduction > 1 && (Source.Width < (long)Grid.Width * reduction || Source.Height < (long)Grid.Height * reduction))
                reduction /= 2;
            return reduction;
        }
    }

    private Region WholeGrid => new(0, 0, Grid.Width, Grid.Height);

    internal static Framing Whole(int width, int height) =>
        new(new Region(0, 0, width, height), new ImageDimensions(width, height), new Region(0, 0, width, height), false,
            Interpolation.Bilinear);

    /// <summary>
    /// Resamples what is seen now; nothing when that needs its pixels first (it is resampled already, or has a black border).
    /// </summary>
    internal Framing? Resize(ImageDimensions size, Interpolation interpolation)
    {
        if (size == Size)
            return this;
        if (Resamples || !WholeGrid.Contains(Window))
            return null;
        Region source = Window with { X = Source.X + Window.X, Y = Source.Y + Window.Y };
        return new Framing(source, size, new Region(0, 0, size.Width, size.Height), Mirrored, interpolation) { Flipped = Flipped };
    }

    /// <summary>Looks at a part of what is seen now, which may reach beyond it; nothing when that needs its pixels first.</summary>
    internal Framing? Crop(Region part)
    {
        int x = Mirrored ? Window.Width - part.X - part.Width : part.X;
        int y = Flipped ? Window.Height - part.Y - part.Height : part.Y;
        Region window = new(Window.X + x, Window.Y + y, part.Width, part.Height);
        return Window == WholeGrid || Window.Contains(window) ? this with { Window = window } : null;
    }

    internal Framing Mirror() => this with { Mirrored = !Mirrored };

    internal Framing Flip() => this with { Flipped = !Flipped };
}
