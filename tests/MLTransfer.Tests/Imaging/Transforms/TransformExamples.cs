using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>One or more of every transform.</summary>
internal static class TransformExamples
{
    internal static IReadOnlyDictionary<string, ImageTransform> All { get; } = new Dictionary<string, ImageTransform>
    {
        ["resize the shorter side"] = new Resize(30),
        ["resize both sides"] = new Resize(20, 35, Interpolation.Bicubic),
        ["resize to the nearest"] = new Resize(30, Interpolation.Nearest),
        ["center crop"] = new CenterCrop(20, 60),
        ["random crop"] = new RandomCrop(32, 4),
        ["random resized crop"] = new RandomResizedCrop(24) { Scale = new Interval(0.3, 1) },
        ["random crop with a mirror around it"] = new RandomCrop(52, 4) { Mode = PaddingMode.Reflect },
        ["random crop with white around it"] = new RandomCrop(52) { Fill = Color.White },
        ["pad"] = new Pad(3),
        ["pad with what is at the edge"] = new Pad(1, 2, 3, 4) { Mode = PaddingMode.Edge },
        ["horizontal flip"] = new RandomHorizontalFlip(),
        ["vertical flip"] = new RandomVerticalFlip(),
        ["random rotation"] = new RandomRotation(30),
        ["random rotation that shows all"] =
            new RandomRotation(new Interval(5, 60)) { Expand = true, Interpolation = Interpolation.Bilinear, Fill = new Color(1, 2, 3) },
        ["random affine"] = new RandomAffine(10)
        {
            HorizontalTranslation = 0.1, VerticalTranslation = 0.2, Scale = new Interval(0.8, 1), HorizontalShear = 5,
            Center = new ImagePoint(3, 4),
        },
        ["random perspective"] = new RandomPerspective { Distortion = 0.3, Probability = 0.9, Interpolation = Interpolation.Bicubic },
        ["elastic transform"] = new ElasticTransform { Alpha = 80, Sigma = 2 },
        ["random erasing"] = new RandomErasing { Probability = 0.8, Fill = new Color(9, 8, 7) },
        ["random erasing by noise"] = new RandomErasing { Noise = true },
        ["aug mix"] = new AugMix(),
        ["aug mix of geometry"] = new AugMix(severity: 10, mixtureWidth: 2, chainDepth: 2, alpha: 0.3, allOperations: false)
        {
            Interpolation = Interpolation.Nearest,
        },
        ["auto augment"] = new AutoAugment { Fill = Color.White },
        ["auto augment for house numbers"] = new AutoAugment(AutoAugmentPolicy.Svhn) { Interpolation = Interpolation.Bilinear },
        ["color jitter"] = new ColorJitter(0.4, 0.4, 0.4, 0.1),
        ["color jitter within intervals"] = new ColorJitter { Brightness = new Interval(0.2, 0.9), Hue = new Interval(0.1, 0.2) },
        ["gaussian blur"] = new GaussianBlur(5),
        ["gaussian blur of a column"] = new GaussianBlur(new ImageDimensions(1, 63)) { Sigma = new Interval(9, 9) },
        ["grayscale"] = new Grayscale(),
        ["rand augment"] = new RandAugment(3, 5, 10),
        ["random adjust sharpness"] = new RandomAdjustSharpness(2),
        ["random apply"] = new RandomApply([new RandomInvert(1), new RandomHorizontalFlip(1)], 0.4),
        ["random autocontrast"] = new RandomAutocontrast(),
        ["random choice"] = new RandomChoice(
            [new RandomInvert(1), new RandomHorizontalFlip(1), new RandomOrder([new Grayscale(), new RandomPosterize(2)])]),
        ["random choice by weight"] = new RandomChoice([new RandomInvert(1), new Grayscale()], [0.2, 3]),
        ["random equalize"] = new RandomEqualize(),
        ["random grayscale"] = new RandomGrayscale(0.5),
        ["random invert"] = new RandomInvert(),
        ["random order"] = new RandomOrder([new RandomSolarize(90, 1), new GaussianBlur(3), new RandomHorizontalFlip()]),
        ["random posterize"] = new RandomPosterize(3),
        ["random solarize"] = new RandomSolarize(100),
        ["trivial augment wide"] = new TrivialAugmentWide(),
    };
}
