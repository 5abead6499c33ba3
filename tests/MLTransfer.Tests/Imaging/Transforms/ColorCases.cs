using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Transforms that change colors.</summary>
internal static class ColorCases
{
    internal static IReadOnlyList<TransformCase> All { get; } =
    [
        new("brightness × 0.6", "F.adjust_brightness(image, 0.6)", buffer => ColorOps.Brightness(buffer, 0.6)),
        new("brightness × 1.7", "F.adjust_brightness(image, 1.7)", buffer => ColorOps.Brightness(buffer, 1.7)),
        new("contrast × 0.35", "F.adjust_contrast(image, 0.35)", buffer => ColorOps.Contrast(buffer, 0.35)),
        new("contrast × 1.9", "F.adjust_contrast(image, 1.9)", buffer => ColorOps.Contrast(buffer, 1.9)),
        new("saturation × 0.45", "F.adjust_saturation(image, 0.45)", buffer => ColorOps.Saturation(buffer, 0.45)),
        new("saturation × 2.3", "F.adjust_saturation(image, 2.3)", buffer => ColorOps.Saturation(buffer, 2.3)),
        new("hue + 0.1", "F.adjust_hue(image, 0.1)", buffer => ColorOps.Hue(buffer, 0.1)),
        new("hue - 0.37", "F.adjust_hue(image, -0.37)", buffer => ColorOps.Hue(buffer, -0.37)),
        new("hue + 0", "F.adjust_hue(image, 0)", buffer => ColorOps.Hue(buffer, 0)),
        new("color jitter of one factor each",
            "F.adjust_hue(F.adjust_saturation(F.adjust_contrast(F.adjust_brightness(image, 1.2), 0.8), 1.3), -0.05)",
            Jitter(brightness: 1.2), Jitter(contrast: 0.8), Jitter(saturation: 1.3), Jitter(hue: -0.05)),
        new("color jitter, brightness alone", "T.ColorJitter(brightness=(0.7, 0.7))(image)", Jitter(brightness: 0.7)),
        new("grayscale", "T.Grayscale(3)(image)", new Grayscale()),
        new("random grayscale", "T.RandomGrayscale(1)(image)", new RandomGrayscale(1)),
        new("invert", "T.RandomInvert(1)(image)", new RandomInvert(1)),
        new("posterize to 3 bits", "T.RandomPosterize(3, 1)(image)", new RandomPosterize(3, 1)),
        new("posterize to no bits", "T.RandomPosterize(0, 1)(image)", new RandomPosterize(0, 1)),
        new("posterize to 8 bits", "T.RandomPosterize(8, 1)(image)", new RandomPosterize(8, 1)),
        new("solarize from 128", "T.RandomSolarize(128, 1)(image)", new RandomSolarize(128, 1)),
        new("solarize from 99.5", "T.RandomSolarize(99.5, 1)(image)", new RandomSolarize(99.5, 1)),
        new("solarize from 256", "T.RandomSolarize(256, 1)(image)", new RandomSolarize(256, 1)),
        new("autocontrast", "T.RandomAutocontrast(1)(image)", new RandomAutocontrast(1)),
        new("autocontrast of few levels", "T.RandomAutocontrast(1)(F.adjust_contrast(image, 0.2))", Jitter(contrast: 0.2),
            new RandomAutocontrast(1)),
        new("equalize", "T.RandomEqualize(1)(image)", new RandomEqualize(1)),
        new("equalize of few pixels", "T.RandomEqualize(1)(F.center_crop(image, 20))", new CenterCrop(20), new RandomEqualize(1)),
        new("sharpness × 0", "T.RandomAdjustSharpness(0, 1)(image)", new RandomAdjustSharpness(0, 1)),
        new("sharpness × 2.5", "T.RandomAdjustSharpness(2.5, 1)(image)", new RandomAdjustSharpness(2.5, 1)),
        new("gaussian blur 5 × 5, sigma 1.3", "F.gaussian_blur(image, 5, 1.3)", new GaussianBlur(5) { Sigma = Only(1.3) })
        {
            Levels = 1, Fraction = 0.001,
        },
        new("gaussian blur 23 × 23, sigma 0.7", "F.gaussian_blur(image, 23, 0.7)", new GaussianBlur(23) { Sigma = Only(0.7) })
        {
            Levels = 1, Fraction = 0.001,
        },
        new("gaussian blur 9 × 3, sigma 4", "F.gaussian_blur(image, [9, 3], 4.0)",
            new GaussianBlur(new ImageDimensions(9, 3)) { Sigma = Only(4) }) { Levels = 1, Fraction = 0.001 },
    ];

    private static ColorJitter Jitter(double brightness = 1, double contrast = 1, double saturation = 1, double hue = 0) =>
        new() { Brightness = Only(brightness), Contrast = Only(contrast), Saturation = Only(saturation), Hue = Only(hue) };

    private static Interval Only(double number) => new(number, number);
}
