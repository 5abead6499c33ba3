using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>
/// Turns images into batches: background threads decode and transform them, some batches ahead of the consumer. Order and content depend
/// on the arguments alone, not on the number of threads.
/// </summary>
internal sealed class BatchLoader
{
    private readonly IReadOnlyList<ImageTransform> _transforms;
    private readonly int _batchSize;
    private readonly int _threads;
    private readonly int _seed;
    private readonly ImageDimensions _size;
    private readonly KeptImages _images;
    private readonly BatchMemory _memory;
    private long _waited;
    private long _elapsed;

    /// <summary>Creates a loader; nothing is read yet.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="transforms">The transforms of each image; all images must end with the same size.</param>
    /// <param name="batchSize">Images in a batch; the last one may have fewer.</param>
    /// <param name="threads">Threads that decode and transform; 0: as many as there are processors.</param>
    /// <param name="seed">Seeds random transforms, together with the epoch, the index of the image and its earlier occurrences in the
    /// epoch.</param>
    /// <param name="decoding">How images are decoded; null: <see cref="DecodingOptions.Default"/>.</param>
    /// <param name="memory">
    /// Keeps images decoded for the next epoch, except with <see cref="DecodingOptions.ReducedScale"/>; null: they are decoded every time.
    /// </param>
    /// <exception cref="ArgumentException">The size after the transforms depends on the image, or a number is out of range.</exception>
    public BatchLoader(
        IReadOnlyList<ImageSource> images, IReadOnlyList<ImageTransform> transforms, int batchSize = 32, int threads = 0, int seed = 0,
        DecodingOptions? decoding = null, ImageMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _size = TransformPipeline.SizeAfter(transforms) ?? throw new ArgumentException(
            "The transforms leave the images at different sizes, which no batch can hold. End with a CenterCrop, a RandomResizedCrop or "
            + "a Resize to an exact size.",
            nameof(transforms));
        (_transforms, _batchSize, _seed) = (transforms, batchSize, seed);
        _threads = threads == 0 ? Environment.ProcessorCount : threads;
        _images = new KeptImages(images, transforms, decoding ?? DecodingOptions.Default, memory);
        _memory = new BatchMemory(BytesFor(batchSize, _size));
    }

    /// <summary>Height of every image in a batch, in pixels.</summary>
    public int Height => _size.Height;

    /// <summary>Width of every image in a batch, in pixels.</summary>
    public int Width => _size.Width;

    /// <summary>
    /// Receives the index of each image and the hash of the bytes that are decoded, on any thread; true: the image is not decoded, and is
    /// among the known ones of its batch, which then has one image fewer. Null: nothing is hashed. Only without an
    /// <see cref="ImageMemory"/>, whose images are not read again.
    /// </summary>
    public Func<int, byte[], bool>? IsKnown { get; init; }

    /// <summary>The fraction of the time, from 0 to 1, that the consumer waited for batches; NaN before the first one was used.</summary>
    public double WaitFraction => _elapsed == 0 ? double.NaN : (double)_waited / _elapsed;

    /// <summary>Loads images in batches. Threads start with the first batch and end with the enumeration.</summary>
    /// <param name="order">Indices of images in the order to load; they may repeat or be left out.</param>
    /// <param name="epoch">Seeds random transforms, together with the seed.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Batches in order. An unreadable image is reported in its batch, which then has one image fewer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside the data set.</exception>
    public IEnumerable<ImageBatch> Load(IReadOnlyList<int> order, int epoch = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(order);
        for (int i = 0; i < order.Count; i++)
        {
            if ((uint)order[i] >= (uint)_images.Count)
                throw new ArgumentOutOfRangeException(
                    nameof(order), $"There is no image {order[i]}; the data set has {_images.Count}, counted from 0.");
        }
        return Batches(order, epoch, cancellation);
    }

    private IEnumerable<ImageBatch> Batches(IReadOnlyList<int> order, int epoch, CancellationToken cancellation)
    {
        int[]? occurrences = Occurrences(order);
        using LoadingRun run = new(order, _size, PrepareAt, _memory, _threads, _batchSize);
        using CancellationTokenRegistration wake = cancellation.Register(run.Wake);
        long started = Stopwatch.GetTimestamp();
        for (int batch = 0; batch < run.BatchCount; batch++)
        {
            long asked = Stopwatch.GetTimestamp();
            ImageBatch taken = run.Take(batch, cancellation);
            long waited = Stopwatch.GetTimestamp() - asked;
            yield return taken;
            // Counted together with the time that the batch was used: the fraction never exceeds 1.
            _waited += waited;
            _elapsed += Stopwatch.GetTimestamp() - started;
            started = Stopwatch.GetTimestamp();
            run.Release();
        }

        PreparedImage PrepareAt(int position, Span<byte> target) =>
            Prepare(order[position], new ImageRandom(_seed, epoch, order[position], occurrences?[position] ?? 0), target);
    }

    /// <summary>Decodes an image, unless it is known, and transforms it into its place in the batch.</summary>
    private PreparedImage Prepare(int index, ImageRandom random, Span<byte> target)
    {
        try
        {
            using DecodedPixels? pixels = _images.Open(index, random, IsKnown is { } isKnown ? hash => isKnown(index, hash) : null);
            if (pixels is null) return new(IsKnown: true);
            TransformPipeline.Apply(_transforms, pixels, ref random, target);
            return default;
        }
        catch (ImageException exception)
        {
            return new(new SkippedImage(index, _images[index].Name, exception.Reason));
        }
    }

    /// <summary>For each position, how often its image occurred before; null where no image occurs twice.</summary>
    private static int[]? Occurrences(IReadOnlyList<int> order)
    {
        Dictionary<int, int> seen = new(order.Count);
        int[] before = new int[order.Count];
        for (int position = 0; position < before.Length; position++)
            before[position] = CollectionsMarshal.GetValueRefOrAddDefault(seen, order[position], out _)++;
        return seen.Count < before.Length ? before : null;
    }

    private static int BytesFor(int batchSize, ImageDimensions size)
    {
        long image = (long)size.Width * size.Height * 3;
        return image <= Array.MaxLength / batchSize
            ? (int)image * batchSize
            : throw new ArgumentOutOfRangeException(
                nameof(batchSize), batchSize, $"{batchSize} images of {size.Width} x {size.Height} pixels are more than fit into a "
                + $"batch; at most {Array.MaxLength / image} do.");
    }
}

/// <summary>Memory for the pixels of batches, kept from epoch to epoch: arrays of one length.</summary>
internal sealed class BatchMemory(int length)
{
    private readonly ConcurrentStack<byte[]> _idle = [];

    internal byte[] Take() => _idle.TryPop(out byte[]? pixels) ? pixels : GC.AllocateUninitializedArray<byte>(length);

    internal void GiveBack(byte[] pixels) => _idle.Push(pixels);
}
