using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>One or more of every transform.</summary>
internal static class TransformExamples
{
    internal static IReadOnlyDictionary<string, PictureTransform> All { get; } = new Dictionary<string, PictureTransform>
    {
        ["resize the shorter side"] = new Resize(30),
        ["resize both sides"] = new Resize(20, 35, Interpolation.Bicubic),
        ["resize to the nearest"] = new Resize(30, Interpolation.Nearest),
        ["centre crop"] = new CenterCrop(20, 60),
        ["random crop"] = new RandomCrop(32, 4),
        ["random resized crop"] = new RandomResizedCrop(24) { SmallestArea = 0.3 },
        ["random crop with a mirror around it"] = new RandomCrop(52, 4) { Mode = PaddingMode.Reflect },
        ["random crop with white around it"] = new RandomCrop(52) { Fill = Color.White },
        ["pad"] = new Pad(3),
        ["pad with what is at the edge"] = new Pad(1, 2, 3, 4) { Mode = PaddingMode.Edge },
        ["horizontal flip"] = new HorizontalFlip(),
        ["vertical flip"] = new VerticalFlip(),
        ["random rotation"] = new RandomRotation(30),
        ["random rotation that shows all"] = new RandomRotation(5, 60) { Expand = true, Interpolation = Interpolation.Bilinear, Fill = new Color(1, 2, 3) },
        ["random affine"] = new RandomAffine(10) { HorizontalMove = 0.1, VerticalMove = 0.2, SmallestScale = 0.8, HorizontalShear = 5, Center = new PicturePoint(3, 4) },
        ["random perspective"] = new RandomPerspective { Distortion = 0.3, Probability = 0.9, Interpolation = Interpolation.Bicubic },
        ["elastic transform"] = new ElasticTransform { Alpha = 80, Sigma = 2 },
        ["random erasing"] = new RandomErasing { Probability = 0.8, Fill = new Color(9, 8, 7) },
        ["random erasing by noise"] = new RandomErasing { Noise = true },
    };
}
