using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>What policies choose from, each as torchvision's <c>_apply_op</c> does it to a PIL image.</summary>
/// <param name="Name">torchvision's name of it.</param>
/// <param name="Run">Does it with a magnitude, whose meaning depends on the operation.</param>
internal sealed record Operation(string Name, Action<Canvas, double, Interpolation, Color> Run)
{
    internal static readonly Operation Identity = new(nameof(Identity), (_, _, _, _) => { });

    internal static readonly Operation ShearX = new(nameof(ShearX), (canvas, magnitude, interpolation, fill) =>
        Warp.Affine(canvas, AffineMap.Of(default, 0, shear: new ImagePoint(Degrees(magnitude), 0)), interpolation, fill));

    internal static readonly Operation ShearY = new(nameof(ShearY), (canvas, magnitude, interpolation, fill) =>
        Warp.Affine(canvas, AffineMap.Of(default, 0, shear: new ImagePoint(0, Degrees(magnitude))), interpolation, fill));

    internal static readonly Operation TranslateX = new(nameof(TranslateX), (canvas, magnitude, interpolation, fill) =>
        Warp.Affine(canvas, AffineMap.Of(Warp.Middle(canvas.Size), 0, new ImagePoint((int)magnitude, 0)), interpolation, fill));

    internal static readonly Operation TranslateY = new(nameof(TranslateY), (canvas, magnitude, interpolation, fill) =>
        Warp.Affine(canvas, AffineMap.Of(Warp.Middle(canvas.Size), 0, new ImagePoint(0, (int)magnitude)), interpolation, fill));

    internal static readonly Operation Rotate =
        new(nameof(Rotate), (canvas, magnitude, interpolation, fill) => Warp.Rotate(canvas, magnitude, interpolation, fill));

    internal static readonly Operation Brightness =
        new(nameof(Brightness), (canvas, magnitude, _, _) => Tone.Brightness(canvas, 1 + magnitude));

    internal static readonly Operation Color = new(nameof(Color), (canvas, magnitude, _, _) => Tone.Saturation(canvas, 1 + magnitude));

    internal static readonly Operation Contrast = new(nameof(Contrast), (canvas, magnitude, _, _) => Tone.Contrast(canvas, 1 + magnitude));

    internal static readonly Operation Sharpness =
        new(nameof(Sharpness), (canvas, magnitude, _, _) => Tone.Sharpness(canvas, 1 + magnitude));

    internal static readonly Operation Posterize =
        new(nameof(Posterize), (canvas, magnitude, _, _) => Tone.Posterize(canvas, (int)magnitude));

    internal static readonly Operation Solarize = new(nameof(Solarize), (canvas, magnitude, _, _) => Tone.Solarize(canvas, magnitude));

    internal static readonly Operation AutoContrast = new(nameof(AutoContrast), (canvas, _, _, _) => Tone.Autocontrast(canvas));

    internal static readonly Operation Equalize = new(nameof(Equalize), (canvas, _, _, _) => Tone.Equalize(canvas));

    internal static readonly Operation Invert = new(nameof(Invert), (canvas, _, _, _) => Tone.Invert(canvas));

    // Magnitudes of shears are tangents.
    private static double Degrees(double tangent) => Math.Atan(tangent) * (180 / Math.PI);
}
