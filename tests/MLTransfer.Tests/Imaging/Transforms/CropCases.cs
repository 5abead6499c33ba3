using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

/// <summary>Crops, resizes, flips and borders.</summary>
internal static class CropCases
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
        new("center crop 224", "F.center_crop(image, 224)", new CenterCrop(224)),
        new("center crop 300 × 601", "F.center_crop(image, [601, 300])", new CenterCrop(300, 601)),
        new("five crop 80", "F.five_crop(image, 80)", new ViewStack(TestTimeCrops.Five(80), 80)),
        new("ten crop 64", "F.ten_crop(image, 64)", new ViewStack(TestTimeCrops.Ten(64), 64)),
        new("horizontal flip", "F.hflip(image)", new RandomHorizontalFlip(1)),
        new("vertical flip", "F.vflip(image)", new RandomVerticalFlip(1)),
        new("vertical flip of a part, resized", "F.resize(F.vflip(image).crop((0, 0, 50, 60)), [33, 44])", new RandomVerticalFlip(1),
            new FixedCrop(50, 60), new Resize(44, 33)),
        new("pad", "F.pad(image, 4)", new Pad(4)),
        new("pad, filled", "F.pad(image, [1, 2, 3, 4], (10, 200, 90))", new Pad(1, 2, 3, 4) { Fill = new Color(10, 200, 90) }),
        new("pad with the edge", "F.pad(image, [9, 0, 2, 30], padding_mode='edge')", new Pad(9, 0, 2, 30) { Mode = PaddingMode.Edge }),
        new("pad, reflected", "F.pad(image, [5, 6, 7, 0], padding_mode='reflect')", new Pad(5, 6, 7, 0) { Mode = PaddingMode.Reflect }),
        // On one side only: where both are wider than the image, NumPy mirrors at places where no edge is.
        new("pad, reflected more than once", "F.pad(image, [900, 0, 0, 700], padding_mode='reflect')",
            new Pad(900, 0, 0, 700) { Mode = PaddingMode.Reflect }),
        new("pad, symmetric", "F.pad(image, [0, 6, 700, 8], padding_mode='symmetric')",
            new Pad(0, 6, 700, 8) { Mode = PaddingMode.Symmetric }),
    ];

    private sealed record FixedCrop(int Width, int Height) : BuiltInTransform
    {
        internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) =>
            plan.Crop(new Region(0, 0, Width, Height));

        protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Width, Height);
    }
}
