namespace MLTransfer.Imaging;

/// <summary>What happens to one picture: read, decoded, transformed into its place in the batch.</summary>
internal sealed class PicturePreparation(IReadOnlyList<PictureSource> pictures, IReadOnlyList<PictureTransform> transforms, DecodingOptions decoding, int seed, int epoch)
{
    /// <returns>Nothing, or why the picture cannot be used.</returns>
    internal SkippedPicture? Prepare(int index, Span<byte> target)
    {
        PictureSource picture = pictures[index];
        try
        {
            PictureRandom random = new(seed, epoch, index);
            using DecodedPixels pixels = ReducedDecoding.Open(picture, transforms, decoding, random);
            TransformChain.Apply(transforms, pixels, ref random, target);
            return null;
        }
        catch (PictureException exception)
        {
            return new SkippedPicture(index, picture.Name, exception.Reason);
        }
    }
}
