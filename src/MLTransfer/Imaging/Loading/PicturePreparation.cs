namespace MLTransfer.Imaging;

/// <summary>What happens to one picture: read, decoded, transformed into its place in the batch.</summary>
internal sealed class PicturePreparation(KeptPictures pictures, IReadOnlyList<PictureTransform> transforms, int seed, int epoch)
{
    /// <returns>Nothing, or why the picture cannot be used.</returns>
    internal SkippedPicture? Prepare(int index, Span<byte> target)
    {
        try
        {
            PictureRandom random = new(seed, epoch, index);
            using DecodedPixels pixels = pictures.Open(index, random);
            TransformChain.Apply(transforms, pixels, ref random, target);
            return null;
        }
        catch (PictureException exception)
        {
            return new SkippedPicture(index, pictures[index].Name, exception.Reason);
        }
    }
}
