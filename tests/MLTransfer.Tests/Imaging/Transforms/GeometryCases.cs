using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using static MLTransfer.Imaging.Transforms.Interpolation;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Transforms that move pixels.</summary>
internal static class GeometryCases
{
    private static readonly Color Fill = new(10, 200, 90);

    internal static IReadOnlyList<TransformCase> All { get; } =
    [
        new("rotate 10°", "F.rotate(image, 10)", buffer => Warp.Rotate(buffer, 10, Nearest, default)),
        new("rotate -135° bilinear", "F.rotate(image, -135, I.BILINEAR)", buffer => Warp.Rotate(buffer, -135, Bilinear, default)),
        new("rotate 30° bicubic", "F.rotate(image, 30, I.BICUBIC)", buffer => Warp.Rotate(buffer, 30, Bicubic, default)),
        new("rotate 90°", "F.rotate(image, 90)", buffer => Warp.Rotate(buffer, 90, Nearest, default)),
        new("rotate 180° bilinear", "F.rotate(image, 180, I.BILINEAR)", buffer => Warp.Rotate(buffer, 180, Bilinear, default)),
        new("rotate 25°, expanded, filled", "F.rotate(image, 25, expand=True, fill=[10, 200, 90])",
            buffer => Warp.Rotate(buffer, 25, Nearest, Fill, expand: true)),
        new("rotate 90° bilinear, expanded", "F.rotate(image, 90, I.BILINEAR, expand=True)",
            buffer => Warp.Rotate(buffer, 90, Bilinear, default, expand: true)),
        new("rotate -50° bicubic, expanded", "F.rotate(image, -50, I.BICUBIC, expand=True)",
            buffer => Warp.Rotate(buffer, -50, Bicubic, default, expand: true)),
        new("rotate 40° around a corner", "F.rotate(image, 40, center=[0, 0])",
            buffer => Warp.Rotate(buffer, 40, Nearest, default, new ImagePoint(0, 0))),
        new("affine", "F.affine(image, 12, [8, -5], 1.1, [4, -7])", buffer => Affine(buffer, Nearest)),
        new("affine bilinear", "F.affine(image, 12, [8, -5], 1.1, [4, -7], I.BILINEAR)", buffer => Affine(buffer, Bilinear)),
        new("affine bicubic", "F.affine(image, 12, [8, -5], 1.1, [4, -7], I.BICUBIC)", buffer => Affine(buffer, Bicubic)),
        new("shear along x", "F.affine(image, 0, [0, 0], 1, [math.degrees(math.atan(0.3)), 0], fill=[10, 200, 90], center=[0, 0])",
            buffer => Warp.Affine(
                buffer, AffineMap.Inverse(default, 0, shear: new ImagePoint(Math.Atan(0.3) * (180 / Math.PI), 0)), Nearest, Fill)),
        new("shear along y bilinear", "F.affine(image, 0, [0, 0], 1, [0, math.degrees(math.atan(-0.2))], I.BILINEAR, center=[0, 0])",
            buffer => Warp.Affine(
                buffer, AffineMap.Inverse(default, 0, shear: new ImagePoint(0, Math.Atan(-0.2) * (180 / Math.PI))), Bilinear, default)),
        new("translate", "F.affine(image, 0, [31, -17], 1, [0, 0], fill=[10, 200, 90])",
            buffer => Warp.Affine(buffer, AffineMap.Inverse(Warp.Middle(buffer.Size), 0, new ImagePoint(31, -17)), Nearest, Fill)),
        new("scale", "F.affine(image, 0, [0, 0], 0.7, [0, 0])",
            buffer => Warp.Affine(buffer, AffineMap.Inverse(Warp.Middle(buffer.Size), 0, scale: 0.7), Nearest, default)),
        new("perspective of given coefficients",
            "FP.perspective(image, [1.1, 0.1, -20.5, 0.05, 0.9, 7.25, 0.0002, -0.0003], Image.NEAREST, [10, 200, 90])", buffer =>
            Perspective(buffer, Nearest)),
        new("perspective of given coefficients, bilinear",
            "FP.perspective(image, [1.1, 0.1, -20.5, 0.05, 0.9, 7.25, 0.0002, -0.0003], Image.BILINEAR, [10, 200, 90])", buffer =>
            Perspective(buffer, Bilinear)),
        new("perspective of given corners",
            "F.perspective(image, corners(image), [[30, 20], [image.width - 41, 5], [image.width - 10, image.height - 61], "
            + "[0, image.height - 2]])",
            buffer => Corners(buffer)),
        new("elastic, unblurred", "elastic(image, 50.0, 0.0)",
            buffer => Elastic(buffer, new ElasticTransform { Alpha = 50, Sigma = 0 })) { Levels = 1, Fraction = 0.01 },
        new("elastic", "elastic(image, 800.0, 5.0, fill=[10.0, 200.0, 90.0])",
            buffer => Elastic(buffer, new ElasticTransform { Alpha = 800, Fill = Fill })) { Levels = 1, Fraction = 0.01 },
        // In single precision, a place may fall to either side of the line between two pixels.
        new("elastic nearest", "elastic(image, 900.0, 3.0, interpolation=I.NEAREST, fill=[10.0, 200.0, 90.0])",
            buffer => Elastic(buffer, new ElasticTransform { Alpha = 900, Sigma = 3, Interpolation = Nearest, Fill = Fill })) { Levels =
            255, Fraction = 0.001 },
        new("erase", "F.erase(F.pil_to_tensor(image), image.height // 3, image.width // 5, image.height // 2, image.width // 4, "
            + "torch.tensor([10, 200, 90])[:, None, None])",
            buffer => Erase(buffer)),
    ];

    private static void Corners(ImageBuffer buffer)
    {
        (int right, int bottom) = (buffer.Width - 1, buffer.Height - 1);
        ImagePoint[] corners = [new(0, 0), new(right, 0), new(right, bottom), new(0, bottom)],
            moved = [new(30, 20), new(right - 40, 5), new(right - 9, bottom - 60), new(0, bottom - 1)];
        Warp.Perspective(buffer, PerspectiveMap.Between(corners, moved)!.Value, Bilinear, default);
    }

    // The same noise as in the script that asks torchvision.
    private static void Elastic(ImageBuffer buffer, ElasticTransform transform)
    {
        int count = buffer.Width * buffer.Height;
        transform.Displace(buffer, Noise(0), Noise(500));

        float[] Noise(long start) => [.. Enumerable.Range(0, count).Select(i => (float)((i + start) * 7919 % 1009 / 1009.0) * 2 - 1)];
    }

    private static void Erase(ImageBuffer buffer)
    {
        ImageRandom none = default;
        new RandomErasing { Fill = Fill }
            .Erase(buffer, new Region(buffer.Width / 5, buffer.Height / 3, buffer.Width / 4, buffer.Height / 2), ref none);
    }

    private static void Affine(ImageBuffer buffer, Interpolation interpolation) =>
        Warp.Affine(
            buffer, AffineMap.Inverse(Warp.Middle(buffer.Size), 12, new ImagePoint(8, -5), 1.1, new ImagePoint(4, -7)), interpolation,
            default);

    private static void Perspective(ImageBuffer buffer, Interpolation interpolation) =>
        Warp.Perspective(buffer, new PerspectiveMap(new AffineMap(1.1, 0.1, -20.5, 0.05, 0.9, 7.25), 0.0002, -0.0003), interpolation, Fill);
}
