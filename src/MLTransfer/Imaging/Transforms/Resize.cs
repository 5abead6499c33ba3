using System.Text.Json.Serialization;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Resizes an image: its shorter side to a length with the aspect ratio kept, or both sides exactly. As torchvision's <c>Resize</c>.
/// </summary>
public sealed record Resize : BuiltInTransform
{
    // Bounds the length that an image one pixel wide may get; a later crop makes it small again.
    private const int LongestResult = 1 << 26;

    /// <summary>Resizes the shorter side and keeps the aspect ratio; the longer side is rounded down.</summary>
    /// <param name="shorterSide">In pixels.</param>
    /// <param name="interpolation">How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is not positive, or above 1,048,576.</exception>
    public Resize(int shorterSide, Interpolation interpolation = Interpolation.Bilinear) : this(shorterSide, null, interpolation)
    {
    }

    /// <summary>Resizes both sides.</summary>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="interpolation">How pixels are interpolated. Default <see cref="Interpolation.Bilinear"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or above 1,048,576.</exception>
    public Resize(int width, int height, Interpolation interpolation = Interpolation.Bilinear)
        : this(null, new ImageDimensions(width, height), interpolation)
    {
    }

    [JsonConstructor]
    private Resize(int? shorterSide, ImageDimensions? exactly, Interpolation interpolation)
    {
        if (shorterSide is null == exactly is null)
            throw new ArgumentException("Either the shorter side or both sides are given.", nameof(shorterSide));
        if (shorterSide is { } shorter)
            RequireSide(shorter, nameof(shorterSide));
        if (exactly is { } size)
            (_, _) = (RequireSide(size.Width, "width"), RequireSide(size.Height, "height"));
        (ShorterSide, Exactly, Interpolation) = (shorterSide, exactly, interpolation);
    }

    /// <summary>Length of the shorter side afterwards in pixels; <see langword="null"/> when <see cref="Exactly"/> is given.</summary>
    public int? ShorterSide { get; }

    /// <summary>Both sides afterwards; <see langword="null"/> when <see cref="ShorterSide"/> is given.</summary>
    public ImageDimensions? Exactly { get; }

    /// <summary>How pixels are interpolated.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) =>
        Exactly ?? (before is { } size ? Resized(size) : null);

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) =>
        plan.Resize(Resized(plan.Size), Interpolation);

    private ImageDimensions Resized(ImageDimensions size)
    {
        if (Exactly is { } exactly)
            return exactly;
        int shorter = ShorterSide!.Value;
        return size.Width <= size.Height
            ? new ImageDimensions(shorter, Longer(shorter, size.Height, size.Width))
            : new ImageDimensions(Longer(shorter, size.Width, size.Height), shorter);
    }

    private static int Longer(int shorter, int before, int shorterBefore) =>
        (int)Math.Min((long)shorter * before / shorterBefore, LongestResult);
}

/// <summary>How the color between pixels is computed.</summary>
public enum Interpolation
{
    /// <summary>Linear between neighbors; antialiased when shrinking: over all source pixels that a result pixel covers.</summary>
    Bilinear,

    /// <summary>Cubic over four neighbors; antialiased when shrinking: over all source pixels that a result pixel covers.</summary>
    Bicubic,

    /// <summary>The nearest pixel; never antialiased.</summary>
    Nearest,
}
