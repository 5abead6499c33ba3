using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>The options of decoding images.</summary>
internal sealed record DecodingOptions
{
    /// <summary>The defaults.</summary>
    public static DecodingOptions Default { get; } = new();

    /// <summary>How large an image may be. Default <see cref="ImageLimits.Default"/>.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>The color that shows through transparent parts. Default <see cref="Color.White"/>.</summary>
    public Color Background { get; init; } = Color.White;

    /// <summary>
    /// Whether an image is rotated and mirrored as its EXIF data (JPEG, PNG and WebP) or its tag (TIFF) asks for. Default
    /// <see langword="true"/>; torchvision's and Pillow's <c>open</c> leave it as it is stored.
    /// </summary>
    public bool ApplyOrientation { get; init; } = true;

    /// <summary>
    /// Whether a JPEG image that the transforms will shrink to half its size or less is decoded at a half, a quarter or an eighth of its
    /// size, which is faster. Default <see langword="false"/>, because it costs exactness: over photographs of 500 pixels shrunk to 128,
    /// gray levels differ by 0.3 in the mean and by 37 at most; where the transforms shrink to hardly less than a half, by 1.3 in the mean
    /// and by 45 at most. Only libjpeg-turbo does it: without it, images are decoded at full size.
    /// </summary>
    public bool ReducedScale { get; init; }

    /// <summary>Whether baseline JPEG is decoded by our own decoder. The pixels are the same.</summary>
    internal bool UseBaselineJpeg { get; init; } = true;

    /// <summary>Whether JPEG is decoded by libjpeg-turbo where the system has it. The pixels are the same.</summary>
    internal bool UseTurboJpeg { get; init; } = true;
}

/// <summary>The limits on the memory of a single image, checked before it is allocated.</summary>
internal sealed record ImageLimits
{
    /// <summary>The most pixels that are ever read: at four bytes each they fill the largest array.</summary>
    internal static int HardPixelLimit => Array.MaxLength / 4;

    /// <summary>The defaults.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>
    /// Most pixels, width × height, that an image may declare. Default 178,956,970, where Pillow calls an image a decompression bomb. More
    /// than 536,870,897, which fill the largest array at four bytes each, are never read.
    /// </summary>
    public long Pixels { get; init; } = 178_956_970;

    /// <summary>Most bytes of an encoded image. Default 536,870,912 (512 MiB).</summary>
    public long EncodedBytes { get; init; } = 512L << 20;

    /// <summary>Limits for images of so many pixels, even where their encoding takes four bytes for each.</summary>
    internal static ImageLimits UpTo(long pixels) =>
        new() { Pixels = pixels, EncodedBytes = Math.Max(Default.EncodedBytes, Math.Min(pixels, HardPixelLimit) * 4) };
}
