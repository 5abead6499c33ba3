namespace MLTransfer.Imaging.Decoding;

/// <summary>Where the first stored row and the first stored column of an image are shown: the values of EXIF and TIFF.</summary>
internal enum Orientation
{
    AsStored = 1,
    TopRight,
    BottomRight,
    BottomLeft,
    LeftTop,
    RightTop,
    RightBottom,
    LeftBottom,
}

internal static class Orientations
{
    /// <summary>Anything but the eight values means nothing.</summary>
    internal static Orientation Of(uint value) => value is >= 1 and <= 8 ? (Orientation)value : Orientation.AsStored;

    /// <summary>Whether stored rows are shown as columns.</summary>
    internal static bool SwapsSides(this Orientation orientation) => orientation >= Orientation.LeftTop;

    internal static ImageDimensions Shown(this Orientation orientation, int width, int height) =>
        orientation.SwapsSides() ? new ImageDimensions(height, width) : new ImageDimensions(width, height);
}
