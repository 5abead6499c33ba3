using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Features;

/// <summary>Computes the features of images with a frozen backbone; those that the cache holds are not computed again.</summary>
/// <param name="model">The backbone.</param>
/// <param name="width">The width of its features.</param>
/// <param name="preprocessing">The preprocessing of each image.</param>
/// <param name="device">The device the model is on.</param>
/// <param name="threads">How many images to decode at once; 0 for as many as there are processors.</param>
/// <param name="decoding">How images are decoded.</param>
/// <param name="seed">Seeds the random views.</param>
/// <param name="imagesPerFlush">After how many new images the cache is written, so that a killed process loses no more.</param>
internal sealed class FeatureExtractor(
    FrozenModel model, int width, Preprocessing preprocessing, Device device, int threads, DecodingOptions? decoding = null, int seed = 0,
    int imagesPerFlush = 4096)
{
    /// <summary>The features of all images, in their order.</summary>
    /// <param name="images">The images.</param>
    /// <param name="cache">Where features are kept between runs; null for nowhere.</param>
    /// <param name="done">Receives the number of newly finished images: first those of the cache, then after every batch.</param>
    /// <param name="skip">Receives every image that cannot be read; an exception of its own ends the extraction.</param>
    /// <param name="cancellation">Stops after the current batch; the features computed so far stay in the cache.</param>
    /// <param name="reuses">Whether features in the cache are used; else they are computed again.</param>
    /// <param name="view">0: the images as evaluation sees them; above: as the training transforms change them at random, another way for
    /// each number.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled.</exception>
    public FeatureSet Extract(
        IReadOnlyList<ImageSource> images, FeatureCache? cache, Action<int> done, Action<SkippedImage> skip, CancellationToken cancellation,
        bool reuses = true, int view = 0)
    {
        var values = new float[images.Count][];
        byte[]?[] hashes = cache is null ? [] : ContentHashes.Compute(images, threads, cancellation);
        int[] missing = cache is null || !reuses ? [.. Enumerable.Range(0, images.Count)] : FromCache(cache, hashes, values);
        done(images.Count - missing.Length);
        var skipped = new List<SkippedImage>();
        var loader = new BatchLoader(
            images, view == 0 ? preprocessing.EvaluationTransforms() : preprocessing.TrainingTransforms(), FrozenModel.BatchSize, threads,
            seed, decoding);
        try
        {
            int unwritten = 0;
            foreach (ImageBatch batch in loader.Load(missing, epoch: view, cancellation))
            {
                skipped.AddRange(batch.Skipped);
                foreach (SkippedImage image in batch.Skipped) skip(image);
                float[][] rows = batch.Count == 0 ? [] : Compute(batch);
                for (int i = 0; i < rows.Length; i++)
                {
                    int index = batch.Indices[i];
                    values[index] = rows[i];
                    cache?.AddUnlessChanged(hashes[index], images[index], rows[i]);
                }

                if ((unwritten += batch.Count) >= imagesPerFlush)
                {
                    cache?.TryFlush();
                    unwritten = 0;
                }

                done(batch.Count + batch.Skipped.Count);
            }
        }
        finally
        {
            cache?.TryFlush();
        }

        int[] kept = [.. Enumerable.Range(0, values.Length).Where(index => values[index] is not null)];
        return new FeatureSet(ToTensor(kept, values), kept, skipped, loader.WaitFraction);
    }

    private static int[] FromCache(FeatureCache cache, byte[]?[] hashes, float[][] values)
    {
        var missing = new List<int>();
        for (int i = 0; i < hashes.Length; i++)
        {
            if (cache.Find(hashes[i]) is { } features) values[i] = features;
            else missing.Add(i);
        }

        return [.. missing];
    }

    private float[][] Compute(ImageBatch batch)
    {
        using var scope = NewDisposeScope();
        float[] flat = model.Features(ImageTensor.From(batch, preprocessing, device)).cpu().contiguous().data<float>().ToArray();
        return [.. flat.Chunk(width)];
    }

    private Tensor ToTensor(int[] kept, float[][] values)
    {
        float[] flat = new float[kept.Length * (long)width];
        for (int row = 0; row < kept.Length; row++) values[kept[row]].CopyTo(flat.AsSpan(row * width, width));
        return tensor(flat, [kept.Length, width], device: device);
    }
}

/// <summary>The bottleneck features of those images of a list that could be read.</summary>
/// <param name="Values">Features (images, width), float32, on the device, in the dispose scope of the caller; the rows are those of
/// <paramref name="Kept"/>.</param>
/// <param name="Kept">The index of each row's image.</param>
/// <param name="Skipped">The images that could not be read.</param>
/// <param name="LoaderWaitFraction">The fraction of the time in which the network waited for images; NaN where it saw none.</param>
internal sealed record FeatureSet(Tensor Values, IReadOnlyList<int> Kept, IReadOnlyList<SkippedImage> Skipped, double LoaderWaitFraction)
{
    /// <summary>The same images with their features in random views, those after the first: (views · images, width).</summary>
    /// <exception cref="InvalidOperationException">An image could be read for one view, and for another one not.</exception>
    public FeatureSet With(IReadOnlyList<FeatureSet> views) => views.All(view => view.Kept.SequenceEqual(Kept))
        ? this with { Values = cat([Values, .. views.Select(view => view.Values)]) }
        : throw new InvalidOperationException("Images changed or vanished while their features were computed; train again.");
}

/// <summary>Hashes of image contents, which identify images independently of their names.</summary>
internal static class ContentHashes
{
    /// <summary>The SHA-256 of each image; null for one that cannot be read, which the loader then reports.</summary>
    /// <param name="images">The images.</param>
    /// <param name="threads">How many images to read at once; 0 for as many as there are processors.</param>
    /// <param name="cancellation">Stops hashing.</param>
    public static byte[]?[] Compute(IReadOnlyList<ImageSource> images, int threads, CancellationToken cancellation)
    {
        var hashes = new byte[]?[images.Count];
        var options = new ParallelOptions
        {
            MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads,
            CancellationToken = cancellation
        };
        Parallel.For(0, hashes.Length, options, index => hashes[index] = Compute(images[index]));
        return hashes;
    }

    /// <summary>Whether an image still has the content that was hashed: its file may have been replaced before it was decoded.</summary>
    /// <param name="hash">The hash of then.</param>
    /// <param name="image">The image.</param>
    public static bool IsUnchanged(byte[] hash, ImageSource image) => Compute(image) is { } now && now.AsSpan().SequenceEqual(hash);

    private static byte[]? Compute(ImageSource image)
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
