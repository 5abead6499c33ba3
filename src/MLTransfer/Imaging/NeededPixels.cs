using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>
/// What transforms need of an image, so that no more is decoded: found as soon as the size is known, from the random numbers that they
/// will use. The default needs the whole image.
/// </summary>
/// <param name="transforms">The transforms that will be applied.</param>
/// <param name="random">A copy of their random numbers.</param>
internal readonly struct NeededPixels(IReadOnlyList<ImageTransform> transforms, ImageRandom random)
{
    private readonly IReadOnlyList<ImageTransform>? _transforms = transforms;

    // 0: as far as the transforms allow.
    private int Reduction { get; init; }

    /// <summary>All of an image, reduced by a ratio.</summary>
    /// <param name="reduction">1, 2, 4 or 8.</param>
    internal static NeededPixels ReducedBy(int reduction) => new() { Reduction = reduction };

    /// <summary>How many pixels, in both directions, the decoder may make one: 1, 2, 4 or 8.</summary>
    /// <param name="size">The displayed size.</param>
    internal int LargestReduction(ImageDimensions size) =>
        Reduction > 0 ? Reduction : PlanFor(size).LargestReduction;

    /// <summary>The part of the image outside of which no pixel is read; at least one pixel.</summary>
    /// <param name="size">The displayed size.</param>
    internal Region Part(ImageDimensions size) => PlanFor(size).NeededPart(size);

    // Later transforms work on what these have rendered.
    private CropResizePlan PlanFor(ImageDimensions size)
    {
        var plan = CropResizePlan.Whole(size);
        ImageRandom numbers = random;
        foreach (ImageTransform transform in _transforms ?? [])
        {
            if (transform.Plan(plan, ref numbers) is not { } extended)
                break;
            plan = extended;
        }
        return plan;
    }
}
