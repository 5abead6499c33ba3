using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>Images of the same size, ready for a network.</summary>
internal sealed class ImageBatch
{
    internal ImageBatch(byte[] pixels, ImageDimensions size, IReadOnlyList<int> indices, IReadOnlyList<SkippedImage> skipped) =>
        (Pixels, Height, Width, Indices, Skipped) = (pixels, size.Height, size.Width, indices, skipped);

    /// <summary>A batch of one image, decoded and transformed on the calling thread.</summary>
    /// <param name="image">The image.</param>
    /// <param name="transforms">Its transforms; random ones use seed 0.</param>
    /// <param name="decoding">How it is decoded; <see langword="null"/>: <see cref="DecodingOptions.Default"/>.</param>
    /// <exception cref="ImageException">The image cannot be used.</exception>
    public static ImageBatch LoadOne(ImageSource image, IReadOnlyList<ImageTransform> transforms, DecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(transforms);
        ImageRandom random = new(seed: 0, epoch: 0, index: 0);
        using DecodedPixels pixels = image.Open(decoding ?? DecodingOptions.Default, new NeededPixels(transforms, random));
        try
        {
            Image result = TransformPipeline.Apply(transforms, pixels, ref random);
            return new ImageBatch(result.Pixels, result.Size, [0], []);
        }
        // Transforms do not know the names of images.
        catch (ImageException exception)
        {
            throw new ImageException(image.Name, exception.Reason, exception);
        }
    }

    /// <summary>
    /// Red, green, blue of each pixel: <see cref="Count"/> × <see cref="Height"/> × <see cref="Width"/> × 3 bytes are used. The loader
    /// overwrites them once the next batch is requested.
    /// </summary>
    public byte[] Pixels { get; }

    /// <summary>Images in the batch; 0 when none of them could be read.</summary>
    public int Count => Indices.Count;

    /// <summary>Height of every image, in pixels.</summary>
    public int Height { get; }

    /// <summary>Width of every image, in pixels.</summary>
    public int Width { get; }

    /// <summary>The index of each image in the data set.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Images of this batch that could not be used.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>Images of this batch that were not decoded, because whoever loads them knows them by their content hash.</summary>
    public IReadOnlyList<int> Known { get; init; } = [];
}

/// <summary>An image that could not be used.</summary>
/// <param name="Index">Its index in the data set.</param>
/// <param name="Name">Its path, or what its source calls it.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record SkippedImage(int Index, string Name, string Reason);
