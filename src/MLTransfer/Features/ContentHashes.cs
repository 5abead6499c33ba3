using MLTransfer.Imaging;

namespace MLTransfer.Features;

/// <summary>What pictures are recognised by, whatever they are called.</summary>
internal static class ContentHashes
{
    /// <summary>The SHA-256 of each picture; <see langword="null"/> for one that cannot be read, which the loader then reports.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="threads">How many to read at once; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Stops it.</param>
    public static byte[]?[] Of(IReadOnlyList<PictureSource> pictures, int threads, CancellationToken cancellation)
    {
        var hashes = new byte[]?[pictures.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads, CancellationToken = cancellation };
        Parallel.For(0, hashes.Length, options, index => hashes[index] = Of(pictures[index]));
        return hashes;
    }

    /// <summary>Whether a picture is what it was when its hash was taken: it may have been replaced before it was decoded.</summary>
    public static bool StillIs(byte[] hash, PictureSource picture) => Of(picture) is { } now && now.AsSpan().SequenceEqual(hash);

    private static byte[]? Of(PictureSource picture)
    {
        try
        {
            return picture.ContentHash();
        }
        catch (PictureException)
        {
            return null;
        }
    }
}
