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
        ["horizontal flip"] = new HorizontalFlip(),
    };
}
