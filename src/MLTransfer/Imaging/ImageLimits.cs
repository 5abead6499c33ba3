namespace MLTransfer.Imaging;

/// <summary>How much a single image may ask for, checked before memory is taken.</summary>
public sealed record ImageLimits
{
    /// <summary>The most pixels that are ever read: their four bytes each fill the largest array.</summary>
    internal static int MostPixels => Array.MaxLength / 4;

    /// <summary>The defaults.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>
    /// Most pixels, width × height, that an image may declare. Default 178,956,970, where Pillow calls an image a decompression bomb. More
    /// than 536,870,897, whose four bytes each fill the largest array, are never read.
    /// </summary>
    public long Pixels { get; init; } = 178_956_970;

    /// <summary>Most bytes of an encoded image. Default 536,870,912 (512 MiB).</summary>
    public long EncodedBytes { get; init; } = 512L << 20;

    /// <summary>Limits for images of so many pixels, however little their encoding saves.</summary>
    internal static ImageLimits UpTo(long pixels) =>
        new() { Pixels = pixels, EncodedBytes = Math.Max(Default.EncodedBytes, Math.Min(pixels, MostPixels) * 4) };
}
