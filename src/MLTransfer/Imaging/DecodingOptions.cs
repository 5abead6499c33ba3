using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>How encoded images become pixels.</summary>
public sealed record DecodingOptions
{
    /// <summary>The defaults.</summary>
    public static DecodingOptions Default { get; } = new();

    /// <summary>How large an image may be. Default <see cref="ImageLimits.Default"/>.</summary>
    public ImageLimits Limits { get; init; } = ImageLimits.Default;

    /// <summary>What is seen behind transparent parts. Default <see cref="Color.White"/>.</summary>
    public Color Background { get; init; } = Color.White;

    /// <summary>
    /// Whether an image is turned and mirrored as its EXIF data (in JPEG, PNG and WebP files) or its tag (in TIFF files) asks for. Default
    /// <see langword="true"/>; torchvision's and Pillow's <c>open</c> leave it as it is stored.
    /// </summary>
    public bool HonourOrientation { get; init; } = true;

    /// <summary>
    /// Whether a JPEG image that the transforms will shrink to half its size or less is decoded at a half, a quarter or an eighth already,
    /// which is
    /// faster. Default <see langword="false"/>, for it costs exactness: over photographs of 500 pixels shrunk to 128, grey levels differ
    /// by 0.3 in the mean
    /// and by 37 at most; where the transforms shrink to hardly less than a half, by 1.3 in the mean and by 45 at most. Done by
    /// libjpeg-turbo alone:
    /// without it, images are decoded whole.
    /// </summary>
    public bool ReducedScale { get; init; }

    /// <summary>Whether JPEG goes through libjpeg-turbo where the system has it. The pixels are the same.</summary>
    internal bool UseTurboJpeg { get; init; } = true;
}
