using System.Runtime.InteropServices;
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
    /// <summary>Computes the features of all images.</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Receives the features.</param>
    /// <param name="cache">Where features are kept between runs; null for nowhere.</param>
    /// <param name="done">Receives the number of newly finished images: first those of the cache, then after every batch.</param>
    /// <param name="skip">Receives every image that cannot be read; an exception of its own ends the extraction.</param>
    /// <param name="cancellation">Stops after the current batch; the features computed so far stay in the cache.</param>
    /// <param name="reuses">Whether features in the cache are used; else they are computed again.</param>
    /// <param name="view">0: the images as evaluation sees them; above: as the training transforms change them at random, another way for
    /// each number.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled.</exception>
    public FeatureSet Extract(
        IReadOnlyList<ImageSource> images, FeatureRows rows, FeatureCache? cache, Action<int> done, Action<SkippedImage> skip,
        CancellationToken cancellation, bool reuses = true, int view = 0)
    {
        byte[]?[] hashes = cache is null ? [] : ContentHashes.Compute(images, threads, cancellation);
        int[] missing = cache is null || !reuses ? [.. Enumerable.Range(0, images.Count)] : FromCache(cache, hashes, rows, view);
        done(images.Count - missing.Length);
        var skipped = new List<SkippedImage>();
        var loader = new BatchLoader(
            images, view == 0 ? preprocessing.EvaluationTransforms() : preprocessing.TrainingTransforms(), FrozenModel.BatchSize, threads,
            seed, decoding);
        try
        {
            int unwritten = 0;
            foreach (LaunchedBatch next in DeviceCopy.InGroups(
                loader.Load(missing, epoch: view, cancellation).Select(Launch), DeviceCopy.BatchesPerRead(device)))
            {
                using LaunchedBatch batch = next;
                skipped.AddRange(batch.Skipped);
                foreach (SkippedImage image in batch.Skipped) skip(image);
                Keep(batch, images, rows, cache, hashes, view);
                if ((unwritten += batch.Images.Count) >= imagesPerFlush)
                {
                    cache?.TryFlush();
                    unwritten = 0;
                }

                done(batch.Images.Count + batch.Skipped.Count);
            }
        }
        finally
        {
            cache?.TryFlush();
        }

        return new FeatureSet(rows, skipped, loader.WaitFraction);
    }

    private void Keep(
        LaunchedBatch batch, IReadOnlyList<ImageSource> images, FeatureRows rows, FeatureCache? cache, byte[]?[] hashes, int view)
    {
        if (batch.Features is null) return;
        using Tensor features = batch.Features.cpu();
        rows.Write(batch.Images, features, view);
        for (int i = 0; i < batch.Images.Count && cache is not null; i++)
            cache.AddUnlessChanged(hashes[batch.Images[i]], images[batch.Images[i]], Row(features, i).ToArray());
    }

    private int[] FromCache(FeatureCache cache, byte[]?[] hashes, FeatureRows rows, int view)
    {
        using Tensor features = empty(FrozenModel.BatchSize, width);
        List<int> missing = [], found = [];
        foreach (int[] images in Enumerable.Range(0, hashes.Length).Chunk(FrozenModel.BatchSize))
        {
            found.Clear();
            foreach (int image in images)
                (hashes[image] is { } hash && cache.TryGet(hash, Row(features, found.Count)) ? found : missing).Add(image);
            if (found.Count == 0) continue;
            using Tensor filled = features.narrow(0, 0, found.Count);
            rows.Write(found, filled, view);
        }

        return [.. missing];
    }

    private LaunchedBatch Launch(ImageBatch batch)
    {
        using var scope = NewDisposeScope();
        return new(batch.Indices, batch.Skipped, batch.Count == 0 ? null
            : model.Features(ImageTensor.From(batch, preprocessing, device)).contiguous().DetachFromDisposeScope());
    }

    private Span<float> Row(Tensor features, int row) => MemoryMarshal.Cast<byte, float>(features.bytes).Slice(row * width, width);

    /// <summary>Images whose features a device may still compute; those that could not be read have none.</summary>
    private sealed record LaunchedBatch(IReadOnlyList<int> Images, IReadOnlyList<SkippedImage> Skipped, Tensor? Features) : IDisposable
    {
        public void Dispose() => Features?.Dispose();
    }
}

/// <summary>The bottleneck features of those images of a list that could be read.</summary>
/// <param name="Rows">The features.</param>
/// <param name="Skipped">The images that could not be read.</param>
/// <param name="LoaderWaitFraction">The fraction of the time in which the network waited for images; NaN where it saw none.</param>
internal sealed record FeatureSet(FeatureRows Rows, IReadOnlyList<SkippedImage> Skipped, double LoaderWaitFraction) : IDisposable
{
    /// <summary>The index of each row's image.</summary>
    public IReadOnlyList<int> Kept => Rows.Kept;

    public void Dispose() => Rows.Dispose();
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
