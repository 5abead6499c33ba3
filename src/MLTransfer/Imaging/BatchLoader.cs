using System.Diagnostics;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>
/// Turns images into batches: threads of its own decode and transform them, staying some batches ahead of whoever consumes them.
/// Order and content depend on the arguments alone, not on the number of threads.
/// </summary>
public sealed class BatchLoader
{
    private readonly IReadOnlyList<ImageSource> _images;
    private readonly IReadOnlyList<ImageTransform> _transforms;
    private readonly int _batchSize;
    private readonly int _threads;
    private readonly int _seed;
    private readonly ImageDimensions _size;
    private readonly KeptImages _kept;
    private readonly BatchMemory _batches;
    private long _waited;
    private long _elapsed;

    /// <summary>Creates a loader; nothing is read yet.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="transforms">What is done to each image; all must end up with the same size.</param>
    /// <param name="batchSize">Images in a batch; the last one may have fewer.</param>
    /// <param name="threads">Threads that decode and transform; 0: as many as there are processors.</param>
    /// <param name="seed">Decides, with the epoch, the image's index and how often it came before in the epoch, what random transforms
    /// do.</param>
    /// <param name="decoding">How images are decoded; <see langword="null"/>: <see cref="DecodingOptions.Default"/>.</param>
    /// <param name="memory">
    /// Where images stay decoded for the next epoch, except with <see cref="DecodingOptions.ReducedScale"/>; <see langword="null"/>:
    /// nowhere.
    /// </param>
    /// <exception cref="ArgumentException">The transforms leave the size to the image, or a number is out of range.</exception>
    public BatchLoader(IReadOnlyList<ImageSource> images, IReadOnlyList<ImageTransform> transforms, int batchSize = 32, int threads = 0,
        int seed = 0,
        DecodingOptions? decoding = null, ImageMemory? memory = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(transforms);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _size = TransformChain.SizeAfter(transforms) ?? throw new ArgumentException(
            "The transforms leave the images at different sizes, which no batch can hold. End with a CenterCrop, a RandomResizedCrop or "
            + "a Resize to an exact size.",
            nameof(transforms));
        (_images, _transforms) = (images, transforms);
        (_batchSize, _threads, _seed) = (batchSize, threads == 0 ? Environment.ProcessorCount : threads, seed);
        _kept = new KeptImages(images, transforms, decoding ?? DecodingOptions.Default, memory);
        _batches = new BatchMemory(LengthOf(batchSize, _size));
    }

    /// <summary>Rows of every image in a batch.</summary>
    public int Height => _size.Height;

    /// <summary>Pixels in a row of every image in a batch.</summary>
    public int Width => _size.Width;

    /// <summary>The part of the time, from 0 to 1, in which whoever consumed the batches waited for them; NaN before the first.</summary>
    public double ShareWaited => _elapsed == 0 ? double.NaN : (double)_waited / _elapsed;

    /// <summary>Loads images in batches. Threads start with the first batch and end with the enumeration.</summary>
    /// <param name="order">Indices of images, in the order in which they come; any number, repeated or left out as wished.</param>
    /// <param name="epoch">Decides, with the seed, what random transforms do.</param>
    /// <param name="cancellation">Ends the enumeration with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>Batches in order. An image that cannot be read is reported in its batch, which is smaller by it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index lies outside the data set.</exception>
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
        ImagePreparation preparation = new(_kept, order, _transforms, _seed, epoch);
        using LoadingRun run = new(order, _size, preparation.Prepare, _batches, _threads, _batchSize);
        using CancellationTokenRegistration wake = cancellation.Register(run.Wake);
        long started = Stopwatch.GetTimestamp();
        for (int batch = 0; batch < run.BatchCount; batch++)
        {
            long asked = Stopwatch.GetTimestamp();
            ImageBatch taken = run.Take(batch, cancellation);
            _waited += Stopwatch.GetTimestamp() - asked;
            yield return taken;
            _elapsed += Stopwatch.GetTimestamp() - started;
            started = Stopwatch.GetTimestamp();
            run.Release();
        }
    }

    private static int LengthOf(int batchSize, ImageDimensions size)
    {
        long image = (long)size.Width * size.Height * 3;
        return image <= Array.MaxLength / batchSize
            ? (int)image * batchSize
            : throw new ArgumentOutOfRangeException(
                nameof(batchSize), batchSize, $"{batchSize} images of {size.Width} x {size.Height} pixels are more than fit into a "
                + $"batch; at most {Array.MaxLength / image} do.");
    }
}
