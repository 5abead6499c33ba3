using MLTransfer.Imaging;

namespace MLTransfer.Features;

/// <summary>What images are recognised by, whatever they are called.</summary>
internal static class ContentHashes
{
    /// <summary>The SHA-256 of each image; <see langword="null"/> for one that cannot be read, which the loader then reports.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threads">How many to read at once; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Stops it.</param>
    public static byte[]?[] Of(IReadOnlyList<ImageSource> images, int threads, CancellationToken cancellation)
    {
        var hashes = new byte[]?[images.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellation
        };
        Parallel.For(0, hashes.Length, options, index => hashes[index] = Of(images[index]));
        return hashes;
    }

    /// <summary>Whether an image is what it was when its hash was taken: it may have been replaced before it was decoded.</summary>
    public static bool StillIs(byte[] hash, ImageSource image) => Of(image) is { } now && now.AsSpan().SequenceEqual(hash);

    private static byte[]? Of(ImageSource image)
    {
        try
        {
            return image.ContentHash();
        }
        catch (ImageException)
        {
            return null;
        }
    }
}
