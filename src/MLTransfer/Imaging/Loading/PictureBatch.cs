namespace MLTransfer.Imaging;

/// <summary>Pictures of the same size, ready for a network.</summary>
public sealed class PictureBatch
{
    internal PictureBatch(byte[] pixels, PictureSize size, IReadOnlyList<int> indices, IReadOnlyList<SkippedPicture> skipped) =>
        (Pixels, Height, Width, Indices, Skipped) = (pixels, size.Height, size.Width, indices, skipped);

    /// <summary>A batch of one picture, decoded and transformed here and now.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="transforms">What is done to it; transforms that use chance do what they do with seed 0.</param>
    /// <param name="decoding">How it is decoded; <see langword="null"/>: <see cref="DecodingOptions.Default"/>.</param>
    /// <exception cref="PictureException">The picture cannot be used.</exception>
    public static PictureBatch Of(PictureSource picture, IReadOnlyList<PictureTransform> transforms, DecodingOptions? decoding = null)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(transforms);
        PictureRandom random = new(seed: 0, epoch: 0, index: 0);
        using DecodedPixels pixels = ReducedDecoding.Open(picture, transforms, decoding ?? DecodingOptions.Default, random);
        try
        {
            Picture result = TransformChain.Apply(transforms, pixels, ref random);
            return new PictureBatch(result.Pixels, new PictureSize(result.Width, result.Height), [0], []);
        }
        // Transforms do not know the names of pictures.
        catch (PictureException exception)
        {
            throw new PictureException(picture.Name, exception.Reason, exception);
        }
    }

    /// <summary>
    /// Red, green, blue of each pixel: <see cref="Count"/> × <see cref="Height"/> × <see cref="Width"/> × 3 bytes are used. The loader
    /// writes new pictures over them once the next batch is asked for.
    /// </summary>
    public byte[] Pixels { get; }

    /// <summary>Pictures in the batch; 0 when none of them could be read.</summary>
    public int Count => Indices.Count;

    /// <summary>Rows of a picture.</summary>
    public int Height { get; }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Which picture of the data set each one is.</summary>
    public IReadOnlyList<int> Indices { get; }

    /// <summary>Pictures that would be in this batch, had they been readable.</summary>
    public IReadOnlyList<SkippedPicture> Skipped { get; }
}
