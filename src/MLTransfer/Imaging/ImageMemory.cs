using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>
/// The limit of the memory in which loaders keep decoded images for the next epoch; several loaders may share it. Batches are the same
/// with and without it. An image that no longer fits is decoded every time.
/// </summary>
internal sealed class ImageMemory
{
    private long _left;

    /// <summary>Sets the limit.</summary>
    /// <param name="bytes">Bytes of pixels, three for each; 0: nothing is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public ImageMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        _left = bytes;
    }

    /// <summary>Bytes that are still free.</summary>
    public long Left => Interlocked.Read(ref _left);

    internal bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
            return true;
        GiveBack(bytes);
        return false;
    }

    internal void GiveBack(long bytes) => Interlocked.Add(ref _left, bytes);
}

/// <summary>
/// The images of a data set. Once used, each stays decoded in its full size as long as there is memory; none does with
/// <see cref="DecodingOptions.ReducedScale"/>, where a random crop decides the scale of decoding.
/// </summary>
internal sealed class KeptImages(
    IReadOnlyList<ImageSource> images, IReadOnlyList<ImageTransform> transforms, DecodingOptions decoding, ImageMemory? memory)
{
    private readonly ImageMemory? _memory = decoding.ReducedScale ? null : memory;
    private readonly Image?[] _kept = new Image?[memory is null ? 0 : images.Count];

    // Images that did not fit are decoded only as far as they are needed.
    private readonly bool[] _didNotFit = new bool[memory is null ? 0 : images.Count];

    internal int Count => images.Count;

    internal ImageSource this[int index] => images[index];

    /// <summary>The pixels of an image; the caller disposes them.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="random">The random numbers with which it will be transformed.</param>
    /// <param name="isKnown">
    /// Receives the content hash of an image that will not be kept; true: the pixels are not needed. Null: it is not hashed.
    /// </param>
    /// <returns>Null where it is known.</returns>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    internal DecodedPixels? Open(int index, ImageRandom random, Predicate<byte[]>? isKnown)
    {
        if (_memory is not null && Volatile.Read(ref _kept[index]) is { } kept)
            return new DecodedPixels(kept);
        if (_memory is null || Volatile.Read(ref _didNotFit[index]))
            return images[index].OpenUnless(isKnown, decoding, new NeededPixels(transforms, random));
        DecodedPixels pixels = images[index].Open(decoding);
        return images[index] is DecodedImage ? pixels : Keep(index, pixels, _memory);
    }

    private DecodedPixels Keep(int index, DecodedPixels pixels, ImageMemory memory)
    {
        long bytes = (long)pixels.View.Width * pixels.View.Height * 3;
        if (!memory.TryTake(bytes))
        {
            Volatile.Write(ref _didNotFit[index], true);
            return pixels;
        }
        using (pixels)
        {
            Image image = pixels.ToImage();
            // Where the order names an image twice, another thread may have been first.
            if (Interlocked.CompareExchange(ref _kept[index], image, null) is not null)
                memory.GiveBack(bytes);
            return new DecodedPixels(image);
        }
    }
}
