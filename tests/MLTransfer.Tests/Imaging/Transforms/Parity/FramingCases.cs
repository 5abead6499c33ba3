using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Transforms.Parity;

/// <summary>Transforms that choose what is seen of a picture and how large.</summary>
internal static class FramingCases
{
    internal static IReadOnlyList<TransformCase> All { get; } =
    [
        new("resize 224", "F.resize(image, 224)", new Resize(224)),
        new("resize 64", "F.resize(image, 64)", new Resize(64)),
        new("resize 600, larger", "F.resize(image, 600)", new Resize(600)),
        new("resize 320 × 192", "F.resize(image, [192, 320])", new Resize(320, 192)),
        new("resize 224 bicubic", "F.resize(image, 224, I.BICUBIC)", new Resize(224, Interpolation.Bicubic)),
        new("resize 600 bicubic, larger", "F.resize(image, 600, I.BICUBIC)", new Resize(600, Interpolation.Bicubic)),
        new("resize 100 nearest", "F.resize(image, 100, I.NEAREST)", new Resize(100, Interpolation.Nearest)),
        new("resize 777 × 555 nearest", "F.resize(image, [555, 777], I.NEAREST)", new Resize(777, 555, Interpolation.Nearest)),
        new("centre crop 224", "F.center_crop(image, 224)", new CenterCrop(224)),
        new("centre crop 300 × 601", "F.center_crop(image, [601, 300])", new CenterCrop(300, 601)),
        new("horizontal flip", "F.hflip(image)", new HorizontalFlip(1)),
    ];
}
