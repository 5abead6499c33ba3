using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>How many pixels of an image of this size, in both directions, may become one as it is decoded: 1, 2, 4 or 8.</summary>
internal delegate int ReductionChoice(ImageDimensions size);

/// <summary>Decodes no more of an image than its transforms will look at: what they frame is known from its size.</summary>
internal static class ReducedDecoding
{
    /// <summary>Opens an image for transforms; reduced, where the options allow it.</summary>
    /// <param name="image">The image.</param>
    /// <param name="transforms">What will be done to it.</param>
    /// <param name="decoding">How to decode it.</param>
    /// <param name="random">The chance with which it will be done.</param>
    internal static DecodedPixels Open(
        ImageSource image, IReadOnlyList<ImageTransform> transforms, DecodingOptions decoding, ImageRandom random) =>
        decoding.ReducedScale ? OpenReduced(image, transforms, decoding, random) : image.Open(decoding);

    private static DecodedPixels OpenReduced(
        ImageSource image, IReadOnlyList<ImageTransform> transforms, DecodingOptions decoding, ImageRandom random) =>
        image.Open(decoding, size => ReductionFor(transforms, size, random));

    private static int ReductionFor(IReadOnlyList<ImageTransform> transforms, ImageDimensions size, ImageRandom random)
    {
        var framing = Framing.Whole(size.Width, size.Height);
        foreach (ImageTransform transform in transforms)
        {
            if (transform is not FramingTransform frames || frames.Frame(framing, ref random) is not { } next)
                break;
            framing = next;
        }
        return framing.LargestReduction;
    }
}
