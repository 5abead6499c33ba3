using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>The crops of predictions that are averaged over several views, each as the transforms that make it.</summary>
internal static class TestTimeCrops
{
    /// <summary>The top left, top right, bottom left and bottom right corner, and the center, as torchvision's <c>FiveCrop</c>.</summary>
    /// <param name="size">Side of the squares that are cut, in pixels.</param>
    public static IReadOnlyList<IReadOnlyList<ImageTransform>> Five(int size) =>
    [
        [new CornerCrop(size, Right: false, Bottom: false)], [new CornerCrop(size, Right: true, Bottom: false)],
        [new CornerCrop(size, Right: false, Bottom: true)], [new CornerCrop(size, Right: true, Bottom: true)],
        [new CenterCrop(size)],
    ];

    /// <summary>The five of an image, then those of its mirror image, as torchvision's <c>TenCrop</c>.</summary>
    /// <param name="size">Side of the squares that are cut, in pixels.</param>
    public static IReadOnlyList<IReadOnlyList<ImageTransform>> Ten(int size) =>
        [.. Five(size), .. Five(size).Select(crop => (ImageTransform[])[new RandomHorizontalFlip(1), .. crop])];
}

/// <summary>Cuts a square from a corner.</summary>
internal sealed record CornerCrop(int Side, bool Right, bool Bottom) : BuiltInTransform
{
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Side, Side);

    /// <exception cref="ImageException">The image is smaller than the crop.</exception>
    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random)
    {
        int x = plan.Size.Width - Side, y = plan.Size.Height - Side;
        return x >= 0 && y >= 0
            ? plan.Crop(new Region(Right ? x : 0, Bottom ? y : 0, Side, Side))
            : throw new ImageException("image",
                $"it has {plan.Size.Width} x {plan.Size.Height} pixels, too few for crops of {Side} x {Side}; resize it first");
    }
}

/// <summary>
/// Several views of an image, one below the other as one high image, so that it is decoded once. A random view draws the same numbers for
/// every image: the views of an image depend on it alone.
/// </summary>
/// <param name="Views">The transforms of each view.</param>
/// <param name="Side">Side of the square that every view ends with, in pixels.</param>
internal sealed record ViewStack(IReadOnlyList<IReadOnlyList<ImageTransform>> Views, int Side) : BuiltInTransform
{
    protected internal override ImageDimensions? SizeAfter(ImageDimensions? before) => new ImageDimensions(Side, Side * Views.Count);

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        Span<byte> stack = buffer.Back(new ImageDimensions(Side, Side * Views.Count));
        int length = stack.Length / Views.Count;
        for (int view = 0; view < Views.Count; view++)
        {
            ImageRandom own = new(seed: 0, epoch: 0, index: view);
            TransformPipeline.Apply(Views[view], buffer.View, ref own, stack.Slice(view * length, length));
        }
        buffer.Swap();
    }
}
