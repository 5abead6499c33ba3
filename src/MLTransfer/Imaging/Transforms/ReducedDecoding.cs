using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>How many pixels of a picture of this size, in both directions, may become one as it is decoded: 1, 2, 4 or 8.</summary>
internal delegate int ReductionChoice(PictureSize size);

/// <summary>Decodes no more of a picture than its transforms will look at: what they frame is known from its size.</summary>
internal static class ReducedDecoding
{
    /// <summary>Opens a picture for transforms; reduced, where the options allow it.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="transforms">What will be done to it.</param>
    /// <param name="decoding">How to decode it.</param>
    /// <param name="random">The chance with which it will be done.</param>
    internal static DecodedPixels Open(PictureSource picture, IReadOnlyList<PictureTransform> transforms, DecodingOptions decoding, PictureRandom random) =>
        decoding.ReducedScale ? OpenReduced(picture, transforms, decoding, random) : picture.Open(decoding);

    private static DecodedPixels OpenReduced(PictureSource picture, IReadOnlyList<PictureTransform> transforms, DecodingOptions decoding, PictureRandom random) =>
        picture.Open(decoding, size => ReductionFor(transforms, size, random));

    private static int ReductionFor(IReadOnlyList<PictureTransform> transforms, PictureSize size, PictureRandom random)
    {
        var framing = Framing.Whole(size.Width, size.Height);
        foreach (PictureTransform transform in transforms)
        {
            if (transform is not FramingTransform frames || frames.Frame(framing, ref random) is not { } next)
                break;
            framing = next;
        }
        return framing.LargestReduction;
    }
}
