using MLTransfer.Imaging;
using MLTransfer.Imaging.Warping;
using static MLTransfer.Imaging.Interpolation;

namespace MLTransfer.Tests.Imaging.Transforms.Parity;

/// <summary>Transforms that move pixels.</summary>
internal static class GeometryCases
{
    private static readonly Color Fill = new(10, 200, 90);

    internal static IReadOnlyList<TransformCase> All { get; } =
    [
        new("rotate 10°", "F.rotate(image, 10)", canvas => Warp.Rotate(canvas, 10, Nearest, default)),
        new("rotate -135° bilinear", "F.rotate(image, -135, I.BILINEAR)", canvas => Warp.Rotate(canvas, -135, Bilinear, default)),
        new("rotate 30° bicubic", "F.rotate(image, 30, I.BICUBIC)", canvas => Warp.Rotate(canvas, 30, Bicubic, default)),
        new("rotate 90°", "F.rotate(image, 90)", canvas => Warp.Rotate(canvas, 90, Nearest, default)),
        new("rotate 180° bilinear", "F.rotate(image, 180, I.BILINEAR)", canvas => Warp.Rotate(canvas, 180, Bilinear, default)),
        new("rotate 25°, expanded, filled", "F.rotate(image, 25, expand=True, fill=[10, 200, 90])", canvas => Warp.Rotate(canvas, 25, Nearest, Fill, expand: true)),
        new("rotate 90° bilinear, expanded", "F.rotate(image, 90, I.BILINEAR, expand=True)", canvas => Warp.Rotate(canvas, 90, Bilinear, default, expand: true)),
        new("rotate -50° bicubic, expanded", "F.rotate(image, -50, I.BICUBIC, expand=True)", canvas => Warp.Rotate(canvas, -50, Bicubic, default, expand: true)),
        new("rotate 40° around a corner", "F.rotate(image, 40, center=[0, 0])", canvas => Warp.Rotate(canvas, 40, Nearest, default, new PicturePoint(0, 0))),
        new("affine", "F.affine(image, 12, [8, -5], 1.1, [4, -7])", canvas => Affine(canvas, Nearest)),
        new("affine bilinear", "F.affine(image, 12, [8, -5], 1.1, [4, -7], I.BILINEAR)", canvas => Affine(canvas, Bilinear)),
        new("affine bicubic", "F.affine(image, 12, [8, -5], 1.1, [4, -7], I.BICUBIC)", canvas => Affine(canvas, Bicubic)),
        new("shear along x", "F.affine(image, 0, [0, 0], 1, [math.degrees(math.atan(0.3)), 0], fill=[10, 200, 90], center=[0, 0])",
            canvas => Warp.Affine(canvas, AffineMap.Of(default, 0, shear: new PicturePoint(Math.Atan(0.3) * (180 / Math.PI), 0)), Nearest, Fill)),
        new("shear along y bilinear", "F.affine(image, 0, [0, 0], 1, [0, math.degrees(math.atan(-0.2))], I.BILINEAR, center=[0, 0])",
            canvas => Warp.Affine(canvas, AffineMap.Of(default, 0, shear: new PicturePoint(0, Math.Atan(-0.2) * (180 / Math.PI))), Bilinear, default)),
        new("translate", "F.affine(image, 0, [31, -17], 1, [0, 0], fill=[10, 200, 90])",
            canvas => Warp.Affine(canvas, AffineMap.Of(Warp.Middle(canvas.Size), 0, new PicturePoint(31, -17)), Nearest, Fill)),
        new("scale", "F.affine(image, 0, [0, 0], 0.7, [0, 0])",
            canvas => Warp.Affine(canvas, AffineMap.Of(Warp.Middle(canvas.Size), 0, scale: 0.7), Nearest, default)),
        new("perspective of given coefficients", "FP.perspective(image, [1.1, 0.1, -20.5, 0.05, 0.9, 7.25, 0.0002, -0.0003], Image.NEAREST, [10, 200, 90])", canvas => Perspective(canvas, Nearest)),
        new("perspective of given coefficients, bilinear", "FP.perspective(image, [1.1, 0.1, -20.5, 0.05, 0.9, 7.25, 0.0002, -0.0003], Image.BILINEAR, [10, 200, 90])", canvas => Perspective(canvas, Bilinear)),
    ];

    private static void Affine(Canvas canvas, Interpolation interpolation) =>
        Warp.Affine(canvas, AffineMap.Of(Warp.Middle(canvas.Size), 12, new PicturePoint(8, -5), 1.1, new PicturePoint(4, -7)), interpolation, default);

    private static void Perspective(Canvas canvas, Interpolation interpolation) =>
        Warp.Perspective(canvas, new PerspectiveMap(new AffineMap(1.1, 0.1, -20.5, 0.05, 0.9, 7.25), 0.0002, -0.0003), interpolation, Fill);
}
