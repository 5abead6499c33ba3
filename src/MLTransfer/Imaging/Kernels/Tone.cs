using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>Changes colours by given amounts, each as torchvision's function does to a PIL image.</summary>
internal static class Tone
{
    /// <summary>As <c>adjust_brightness</c>: 0 is black, 1 as it was.</summary>
    internal static void Brightness(Canvas canvas, double factor) => Blend.From(0, canvas.Pixels, factor);

    /// <summary>As <c>adjust_contrast</c>: 0 is the mean grey, 1 as it was.</summary>
    internal static void Contrast(Canvas canvas, double factor) => Blend.From(Luma.Mean(canvas.Pixels), canvas.Pixels, factor);

    /// <summary>As <c>adjust_saturation</c>: 0 is grey, 1 as it was.</summary>
    internal static void Saturation(Canvas canvas, double factor)
    {
        Span<byte> grey = canvas.Draft();
        Luma.Gray(canvas.Pixels, grey);
        Blend.From(grey, canvas.Pixels, factor);
    }

    /// <summary>As <c>adjust_hue</c>.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="turns">Turns of the circle of hues, from -0.5 to 0.5.</param>
    internal static void Hue(Canvas canvas, double turns) => HueShift.Run(canvas.Pixels, unchecked((byte)(int)(turns * 255)));

    /// <summary>As <c>adjust_sharpness</c>: 0 is smoothed, 1 as it was.</summary>
    internal static void Sharpness(Canvas canvas, double factor)
    {
        if (canvas.Width < 3 || canvas.Height < 3)
            return;
        Span<byte> smooth = canvas.Draft();
        Smoothing.Run(canvas.Pixels, canvas.Size, smooth);
        Blend.From(smooth, canvas.Pixels, factor);
    }

    /// <summary>As <c>rgb_to_grayscale</c>.</summary>
    internal static void Gray(Canvas canvas)
    {
        Luma.Gray(canvas.Pixels, canvas.Draft());
        canvas.Accept();
    }

    /// <summary>As <c>posterize</c>.</summary>
    internal static void Posterize(Canvas canvas, int bits) => LevelBits.Posterize(canvas.Pixels, bits);

    /// <summary>As <c>solarize</c>.</summary>
    internal static void Solarize(Canvas canvas, double threshold) => LevelBits.Solarize(canvas.Pixels, threshold);

    /// <summary>As <c>invert</c>.</summary>
    internal static void Invert(Canvas canvas) => LevelBits.Solarize(canvas.Pixels, 0);

    /// <summary>As <c>autocontrast</c>.</summary>
    internal static void Autocontrast(Canvas canvas) => LevelTables.Stretch(canvas.Pixels);

    /// <summary>As <c>equalize</c>.</summary>
    internal static void Equalize(Canvas canvas) => LevelTables.Equalize(canvas.Pixels);
}
