using System.Collections.Concurrent;
using System.Diagnostics;
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
    /// <summary>Computes the features of all images. They are read in their order, a few batches ahead of the network, each once.</summary>
    /// <param name="images">The images.</param>
    /// <param name="rows">Receives the features.</param>
    /// <param name="cache">Where features are kept between runs; null for nowhere.</param>
    /// <param name="done">Receives the number of newly finished images, batch by batch.</param>
    /// <param name="skip">Receives every image that cannot be read; an exception of its own ends the extraction.</param>
    /// <param name="cancellation">Stops after the current batch; the features computed so far stay in the cache.</param>
    /// <param name="reuses">Whether features in the cache are used; else they are computed again.</param>
    /// <param name="view">0: the images as evaluation sees them; above: as the training transforms change them at random, another way for
    /// each number.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled.</exception>
    public FeatureSet Extract(
        IReadOnlyList<ImageSource> images, FeatureRows rows, FeatureCache? cache, ExtractionProgress done, Action<SkippedImage> skip,
        CancellationToken cancellation, bool reuses = true, int view = 0)
    {
        CacheLookup? lookup = cache is null ? null : new(cache, reuses);
        var skipped = new List<SkippedImage>();
        var loader = new BatchLoader(
            images, view == 0 ? preprocessing.EvaluationTransforms() : preprocessing.TrainingTransforms(), FrozenModel.BatchSize, threads,
            seed, decoding)
        {
            IsKnown = lookup is null ? null : lookup.IsKnown,
        };
        IEnumerable<ImageBatch> loaded = loader.Load([.. Enumerable.Range(0, images.Count)], epoch: view, cancellation);
        if (lookup is not null)
            loaded = BatchPacking.Pack(loaded.Select(batch => TakeKnown(batch, rows, lookup, done, view)), FrozenModel.BatchSize);
        bool hasComputed = false;
        try
        {
            int unwritten = 0;
            foreach (LaunchedBatch next in DeviceCopy.InGroups(loaded.Select(Launch), DeviceCopy.BatchesPerRead(device)))
            {
                using LaunchedBatch batch = next;
                hasComputed |= batch.Images.Count > 0;
                skipped.AddRange(batch.Skipped);
                foreach (SkippedImage image in batch.Skipped) skip(image);
                Keep(batch, rows, lookup, view);
                if ((unwritten += batch.Images.Count) >= imagesPerFlush)
                {
                    cache?.TryFlush();
                    unwritten = 0;
                }

                done(batch.Images.Count + batch.Skipped.Count, areCached: false);
            }
        }
        finally
        {
            cache?.TryFlush();
        }

        return new FeatureSet(rows, skipped, hasComputed && lookup is not { HasFound: true } ? loader.WaitFraction : double.NaN);
    }

    private ImageBatch TakeKnown(ImageBatch batch, FeatureRows rows, CacheLookup lookup, ExtractionProgress done, int view)
    {
        if (batch.Known.Count == 0) return batch;
        using Tensor features = empty(batch.Known.Count, width);
        for (int i = 0; i < batch.Known.Count; i++) lookup.Take(batch.Known[i]).CopyTo(Row(features, i));
        rows.Write(batch.Known, features, view);
        done(batch.Known.Count, areCached: true);
        return batch;
    }

    private void Keep(LaunchedBatch batch, FeatureRows rows, CacheLookup? lookup, int view)
    {
        if (batch.Features is null) return;
        using Tensor features = batch.Features.cpu();
        rows.Write(batch.Images, features, view);
        for (int i = 0; i < batch.Images.Count; i++) lookup?.Add(batch.Images[i], Row(features, i));
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

    /// <summary>Looks images up in the cache while they are loaded, and keeps their hashes until their features are known.</summary>
    private sealed class CacheLookup(FeatureCache cache, bool reuses)
    {
        private readonly ConcurrentDictionary<int, (byte[] Hash, float[]? Features)> _loaded = [];
        private readonly Func<byte[], float[]?>? _find = reuses ? cache.Finder() : null;

        /// <summary>Whether the cache has the features of an image; on any thread.</summary>
        public bool IsKnown(int image, byte[] hash) => (_loaded[image] = (hash, _find?.Invoke(hash))).Features is not null;

        /// <summary>Whether features came from the cache.</summary>
        public bool HasFound { get; private set; }

        /// <summary>The features of a known image, once.</summary>
        public float[] Take(int image)
        {
            HasFound = true;
            return Remove(image).Features!;
        }

        /// <summary>Adds the features that were computed of an image.</summary>
        public void Add(int image, ReadOnlySpan<float> features) => cache.Add(Remove(image).Hash, features);

        private (byte[] Hash, float[]? Features) Remove(int image) =>
            _loaded.Remove(image, out (byte[], float[]?) loaded) ? loaded : throw new UnreachableException();
    }
}

/// <summary>Hears of images whose features have become known.</summary>
/// <param name="images">How many are new, with those that could not be read.</param>
/// <param name="areCached">Whether their features come from the cache.</param>
internal delegate void ExtractionProgress(int images, bool areCached);

/// <summary>Closes the gaps that known images leave in batches: with gaps, the network would see a few images at a time.</summary>
internal static class BatchPacking
{
    /// <summary>The images that are not known, in order, in batches without gaps.</summary>
    /// <param name="batches">Batches of equal size, but for their gaps and the last one.</param>
    /// <param name="batchSize">Images in a batch of the result; the last one may have fewer.</param>
    public static IEnumerable<ImageBatch> Pack(IEnumerable<ImageBatch> batches, int batchSize)
    {
        byte[] pixels = [];
        ImageDimensions size = default;
        List<int> images = [];
        List<SkippedImage> skipped = [];
        foreach (ImageBatch batch in batches)
        {
            // Without a gap, and nothing left of the batches before.
            if (images.Count + skipped.Count + batch.Known.Count == 0)
            {
                yield return batch;
                continue;
            }

            if (pixels.Length == 0) (pixels, size) = (new byte[batch.Pixels.Length], new(batch.Width, batch.Height));
            skipped.AddRange(batch.Skipped);
            int length = pixels.Length / batchSize;
            for (int row = 0; row < batch.Count; row++)
            {
                batch.Pixels.AsSpan(row * length, length).CopyTo(pixels.AsSpan(images.Count * length));
                images.Add(batch.Indices[row]);
                if (images.Count < batchSize) continue;
                yield return new(pixels, size, [.. images], [.. skipped]);
                images.Clear();
                skipped.Clear();
            }
        }

        if (images.Count + skipped.Count > 0) yield return new(pixels, size, images, skipped);
    }
}

/// <summary>The bottleneck features of those images of a list that could be read.</summary>
/// <param name="Rows">The features.</param>
/// <param name="Skipped">The images that could not be read.</param>
/// <param name="LoaderWaitFraction">The fraction of the time in which the network waited for images; NaN where it saw none, or where
/// images of the cache were read in between.</param>
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
