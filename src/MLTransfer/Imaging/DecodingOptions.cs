namespace MLTransfer.Imaging;

/// <summary>How encoded pictures become pixels.</summary>
public sealed record DecodingOptions
{
    /// <summary>The defaults.</summary>
    public static DecodingOptions Default { get; } = new();

    /// <summary>How large a picture may be. Default <see cref="PictureLimits.Default"/>.</summary>
    public PictureLimits Limits { get; init; } = PictureLimits.Default;

    /// <summary>What is seen behind transparent parts. Default <see cref="Color.White"/>.</summary>
    public Color Background { get; init; } = Color.White;

    /// <summary>
    /// Whether a picture is turned and mirrored as its EXIF data (in JPEG, PNG and WebP files) or its tag (in TIFF files) asks for. Default
    /// <see langword="true"/>; torchvision's and Pillow's <c>open</c> leave it as it is stored.
    /// </summary>
    public bool HonourOrientation { get; init; } = true;

    /// <summary>Whether JPEG goes through libjpeg-turbo where the system has it. The pixels are the same.</summary>
    internal bool UseTurboJpeg { get; init; } = true;

    /// <summary>Whether TIFF goes through libtiff where the system has it; it is not read otherwise.</summary>
    internal bool UseTiff { get; init; } = true;
}
