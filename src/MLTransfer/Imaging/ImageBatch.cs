using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>Images of the same size, ready for a network.</summary>
public sealed class ImageBatch
{
    internal ImageBatch(byte[] pixels, ImageDimensions size, IReadOnlyList<int> indices, IReadOnlyList<SkippedImage> skipped) =>
        (Pixels, Height, Width, Indices, Skipped) = (pixels, size.Height, size.Width, indices, skipped);

    /// <summary>A batch of one image, decoded and transformed here and now.</summary>
    /// <param name="image">The image.</param>
    /// <param name="transforms">What is done to it; transforms that use chance do what they do with seed 0.</param>
    /// <param name="decoding">How it is decoded; <see langword="null"/>: <see cref="DecodingOptions.Default"/>.</param>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    public static ImageBatch Of(ImageSource image, IReadOnlyList<ImageTransform> transforms, DecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(transforms);
        ImageRandom random = new(seed: 0, epoch: 0, index: 0);
        using DecodedPixels pixels = ReducedDecoding.Open(image, transforms, decoding ?? DecodingOptions.Default, random);
        try
        {
            Image result = TransformChain.Apply(transforms, pixels, ref random);
            return new ImageBatch(result.Pixels, new ImageDimensions(result.Width, result.Height), [0], []);
        }
        // Transforms do not know the names of images.
        catch (ImageException exception)
        {
            throw new ImageException(image.Name, exception.Reason, exception);
        }
    }

    /// <summary>
    /// Red, green, blue of each pixel: <see cref="Count"/> × <see cref="Height"/> × <see cref="Width"/> × 3 bytes are used. The loader
    /// writes new images over them once the next batch is asked for.
    /// </summary>
    public byte[] Pixels { get; }

    /// <summary>Images in the batch; 0 when none of them could be read.</summary>
    public int Count => Indices.Count;

    /// <summary>Rows of an image.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Which image of the data set each one is.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Images that would be in this batch, had they been readable.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }
}
