using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>
/// The images of a data set, which stay decoded, in their full size, after they were asked for once, as long as there is memory for them.
/// Where
/// they are decoded at a scale that chance decides, none stays.
/// </summary>
internal sealed class KeptImages(
    IReadOnlyList<ImageSource> images, IReadOnlyList<ImageTransform> transforms, DecodingOptions decoding, ImageMemory? memory)
{
    private readonly ImageMemory? _memory = decoding.ReducedScale ? null : memory;
    private readonly Image?[] _kept = new Image?[memory is null ? 0 : images.Count];

    internal ImageSource this[int index] => images[index];

    /// <summary>The pixels of an image; the caller disposes them.</summary>
    /// <param name="index">Which image.</param>
    /// <param name="random">The chance with which it will be transformed.</param>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    internal DecodedPixels Open(int index, ImageRandom random)
    {
        if (_memory is not null && Volatile.Read(ref _kept[index]) is { } kept)
            return new DecodedPixels(kept);
        DecodedPixels pixels = ReducedDecoding.Open(images[index], transforms, decoding, random);
        return _memory is null || images[index] is DecodedImage ? pixels : Kept(index, pixels, _memory);
    }

    private DecodedPixels Kept(int index, DecodedPixels pixels, ImageMemory memory)
    {
        long bytes = (long)pixels.View.Width * pixels.View.Height * 3;
        if (!memory.TryTake(bytes))
            return pixels;
        using (pixels)
        {
            Image image = pixels.ToImage();
            // Another thread may have come first, where the order names an image twice.
            if (Interlocked.CompareExchange(ref _kept[index], image, null) is not null)
                memory.GiveBack(bytes);
            return new DecodedPixels(image);
        }
    }
}
