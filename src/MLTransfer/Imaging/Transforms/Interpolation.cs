namespace MLTransfer.Imaging.Transforms;

/// <summary>How pixels between pixels are found.</summary>
public enum Interpolation
{
    /// <summary>Linear between neighbours; when reducing, over all pixels that fall into one (antialiased).</summary>
    Bilinear,

    /// <summary>Cubic over four neighbours; when reducing, over all pixels that fall into one (antialiased).</summary>
    Bicubic,

    /// <summary>The nearest pixel; never antialiased.</summary>
    Nearest,
}
