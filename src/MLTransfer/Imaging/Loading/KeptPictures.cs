namespace MLTransfer.Imaging;

/// <summary>
/// The pictures of a data set, which stay decoded, in their full size, after they were asked for once, as long as there is memory for them. Where
/// they are decoded at a scale that chance decides, none stays.
/// </summary>
internal sealed class KeptPictures(
    IReadOnlyList<PictureSource> pictures, IReadOnlyList<PictureTransform> transforms, DecodingOptions decoding, PictureMemory? memory)
{
    private readonly PictureMemory? _memory = decoding.ReducedScale ? null : memory;
    private readonly Picture?[] _kept = new Picture?[memory is null ? 0 : pictures.Count];

    internal PictureSource this[int index] => pictures[index];

    /// <summary>The pixels of a picture; the caller disposes them.</summary>
    /// <param name="index">Which picture.</param>
    /// <param name="random">The chance with which it will be transformed.</param>
    /// <exception cref="PictureException">The picture cannot be used.</exception>
    internal DecodedPixels Open(int index, PictureRandom random)
    {
        if (_memory is not null && Volatile.Read(ref _kept[index]) is { } kept)
            return new DecodedPixels(kept);
        DecodedPixels pixels = ReducedDecoding.Open(pictures[index], transforms, decoding, random);
        return _memory is null || pictures[index] is DecodedPicture ? pixels : Kept(index, pixels, _memory);
    }

    private DecodedPixels Kept(int index, DecodedPixels pixels, PictureMemory memory)
    {
        long bytes = (long)pixels.View.Width * pixels.View.Height * 3;
        if (!memory.TryTake(bytes))
            return pixels;
        using (pixels)
        {
            Picture picture = pixels.ToPicture();
            // Another thread may have come first, where the order names a picture twice.
            if (Interlocked.CompareExchange(ref _kept[index], picture, null) is not null)
                memory.GiveBack(bytes);
            return new DecodedPixels(picture);
        }
    }
}
