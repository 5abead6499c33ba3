using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Native;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Runs a finished network over images, in batches; the next images are decoded meanwhile.</summary>
/// <param name="network">The network, which this owns.</param>
/// <param name="preprocessing">What images go through before.</param>
/// <param name="device">The device the network is on.</param>
internal sealed class Scorer(IImageNetwork network, Preprocessing preprocessing, Device device) : IDisposable
{
    private const int ImagesAhead = 8 * FrozenModel.BatchSize;

    // A killed process loses the results of no more images than this.
    private const int ImagesPerFlush = 16 * ImagesAhead;

    private readonly UseCount _uses = new();
    private bool _isPrepared;
    private volatile IReadOnlyList<ImageTransform> _transforms = preprocessing.EvaluationTransforms();

    /// <summary>Which views of an image are scored; its vector is their mean. Holds for scorings that begin afterwards.</summary>
    /// <exception cref="ArgumentException">The preprocessing does not go with it.</exception>
    public TestTimeAugmentation Augmentation
    {
        get;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Complaint(preprocessing) is { } complaint)
                throw new ArgumentException($"The test-time augmentation {value} cannot be used: {complaint}.", nameof(value));
            (field, _transforms) = (value, value.Transforms(preprocessing));
        }
    } = TestTimeAugmentation.None;

    /// <inheritdoc cref="IImageNetwork.ExpectFewImages"/>
    public void ExpectFewImages() => network.ExpectFewImages();

    public DecodingOptions Decoding { get; set; } = DecodingOptions.Default;

    /// <summary>The largest number of pixels of an image; a larger one counts as unreadable.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long MaximumPixels
    {
        get => Decoding.Limits.Pixels;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Decoding = Decoding with { Limits = ImageLimits.UpTo(value) };
        }
    }

    /// <summary>Threads that decode images; 0: as many as there are processors.</summary>
    public int Threads { get; init; }

    /// <summary>Where vectors are kept between runs, found by the content of the image; null: nowhere.</summary>
    public FeatureCache? Cache { get; init; }

    /// <summary>Hears of each unreadable image among several; may throw to end the scoring.</summary>
    public Action<ScoredImage> Skip { get; init; } = _ => { };

    /// <summary>Scores images in their order; an unreadable one is returned with its error.</summary>
    public IEnumerable<ScoredImage> Score(IEnumerable<ImageSource> images, CancellationToken cancellation)
    {
        try
        {
            int unwritten = 0;
            foreach (ImageSource[] chunk in images.Chunk(ImagesAhead))
            {
                foreach (ScoredImage image in Cache is null ? Compute(chunk, cancellation) : Cached(chunk, Cache, cancellation))
                {
                    if (image.Error is not null) Skip(image);
                    yield return image;
                }

                if ((unwritten += chunk.Length) < ImagesPerFlush) continue;
                unwritten = 0;
                Cache?.TryFlush();
            }
        }
        finally
        {
            if (!_uses.IsOver) Cache?.TryFlush();
        }
    }

    /// <summary>The classes of images, in their order.</summary>
    /// <param name="images">The images.</param>
    /// <param name="labels">The classes.</param>
    /// <param name="rule">When an image is rejected; null: never.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    public IEnumerable<ImagePrediction> Predict(
        IEnumerable<ImageSource> images, IReadOnlyList<string> labels, RejectionRule? rule, CancellationToken cancellation) =>
        Score(images, cancellation).Select(scored => scored is { Values: { } probabilities }
            ? new ImagePrediction(scored.Name, labels, probabilities)
            {
                RejectionReason = scored.Rejection(rule), Distance = scored.Distance,
            }
            : new ImagePrediction(scored.Name, scored.Error ?? ""));

    /// <summary>Scores one image, on the calling thread.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public ScoredImage Score(ImageSource image) =>
        Scored(image.Name, _uses.During(() => Launch(ImageBatch.LoadOne(image, _transforms, Decoding)).Read()[0]));

    /// <summary>
    /// Scores a black image, once: what prepares the network for single images would otherwise take its time with the first.
    /// </summary>
    public void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, true) || TransformPipeline.SizeAfter(_transforms) is not { } size) return;
        _uses.During(() => Launch(new ImageBatch(new byte[3 * size.Height * size.Width], size, [0], [])).Read());
    }

    /// <summary>Scores one view of an image, and tells where in it a class is found.</summary>
    /// <param name="image">The image.</param>
    /// <param name="explain">Makes the result of the network, its probabilities of the image, the image as the network sees it, in bytes
    /// and normalized.</param>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public T Explain<T>(ImageSource image, Func<IImageNetwork, float[], ImageBatch, Tensor, T> explain)
    {
        ImageBatch batch = ImageBatch.LoadOne(image, preprocessing.EvaluationTransforms(), Decoding);
        return _uses.During(() =>
        {
            using var scope = NewDisposeScope();
            using var still = no_grad();
            Tensor normalized = ImageTensor.From(batch, preprocessing, device);
            ScoredImage scored = Scored(image.Name, network.Run(normalized).cpu().data<float>().ToArray());
            return explain(network, scored.Values!, batch, normalized);
        });
    }

    /// <summary>Refuses further images. The network is freed now, or when other threads are done with their image or batch.</summary>
    public void Dispose() => _uses.End(() =>
    {
        Cache?.TryFlush();
        Cache?.Dispose();
        network.Dispose();
        Allocator.ReturnFreedMemory();
    });

    private IEnumerable<ScoredImage> Compute(
        ImageSource[] images, CancellationToken cancellation, Func<int, byte[], bool>? isKnown = null)
    {
        // Several views take the place of as many images.
        int batchSize = Math.Max(1, FrozenModel.BatchSize / Augmentation.Views);
        var loader = new BatchLoader(images, _transforms, batchSize, Threads, decoding: Decoding) { IsKnown = isKnown };
        int next = 0;
        IEnumerable<LaunchedBatch> launched = loader.Load([.. Enumerable.Range(0, images.Length)], epoch: 0, cancellation)
            .Select(batch => _uses.During(() => Launch(batch)));
        foreach (LaunchedBatch batch in DeviceCopy.InGroups(launched, DeviceCopy.BatchesPerRead(device)))
        {
            float[][] rows = batch.Read();
            var errors = batch.Skipped.ToDictionary(image => image.Index, image => image.Reason);
            for (int row = 0, last = next + rows.Length + errors.Count; next < last; next++)
            {
                string name = images[next].Name;
                yield return errors.TryGetValue(next, out string? reason) ? new(name, null, reason) : Scored(name, rows[row++]);
            }
        }
    }

    private IEnumerable<ScoredImage> Cached(ImageSource[] images, FeatureCache cache, CancellationToken cancellation)
    {
        byte[]?[] hashes = ContentHashes.Compute(images, Threads, cancellation);
        float[]?[] known = _uses.During(() => hashes.Select(cache.Find).ToArray());
        ImageSource[] missing = [.. images.Where((_, index) => known[index] is null)];
        // A file may have been replaced since it was looked up: features are kept under the hash of what was decoded.
        byte[][] decoded = new byte[missing.Length][];
        using IEnumerator<ScoredImage> computed = Compute(missing, cancellation, Hashed).GetEnumerator();
        for (int index = 0, next = 0; index < images.Length; index++)
        {
            if (known[index] is { } values)
            {
                yield return new(images[index].Name, values, null);
                continue;
            }

            computed.MoveNext();
            if (computed.Current.Values is { } features) cache.Add(decoded[next], features);
            next++;
            yield return computed.Current;
        }

        bool Hashed(int image, byte[] hash)
        {
            decoded[image] = hash;
            return false;
        }
    }

    private ScoredImage Scored(string name, float[] row) =>
        network.MeasuresDistance ? new(name, row[..^1], null) { Distance = row[^1] } : new(name, row, null);

    private LaunchedBatch Launch(ImageBatch batch)
    {
        if (batch.Count == 0) return new(null, batch.Skipped);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor images = ImageTensor.From(batch, preprocessing, device);
        Tensor rows = batch.Height == batch.Width ? network.Run(images) : MeanOfViews(images);
        return new(rows.DetachFromDisposeScope(), batch.Skipped);
    }

    /// <param name="stacks">The views of each image, square and one below the other: (N, 3, views · S, S), channels-last.</param>
    private Tensor MeanOfViews(Tensor stacks)
    {
        (long count, long side) = (stacks.shape[0], stacks.shape[3]);
        Tensor views = stacks.permute(0, 2, 3, 1).view(-1, side, side, stacks.shape[1]).permute(0, 3, 1, 2);
        Tensor[] rows = [.. views.split(FrozenModel.BatchSize).Select(network.Run)];
        return cat(rows).view(count, views.shape[0] / count, -1).mean([1]);
    }

    /// <summary>Images that a device may still compute: the vectors of those that could be read, and the others.</summary>
    private sealed record LaunchedBatch(Tensor? Rows, IReadOnlyList<SkippedImage> Skipped) : IDisposable
    {
        /// <summary>The vectors, once the device has computed them; disposes this.</summary>
        public float[][] Read()
        {
            if (Rows is null) return [];
            using var scope = NewDisposeScope();
            float[][] rows = [.. Rows.cpu().contiguous().data<float>().ToArray().Chunk((int)Rows.shape[1])];
            Dispose();
            return rows;
        }

        public void Dispose() => Rows?.Dispose();
    }
}

/// <summary>Lets many threads use a model, and frees it when the last use after its disposal is over.</summary>
internal sealed class UseCount
{
    private readonly Lock _lock = new();
    private int _running;
    private Action? _free;

    /// <summary>Whether further uses are refused.</summary>
    public bool IsOver => Volatile.Read(ref _free) is not null;

    /// <summary>Uses the model.</summary>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public T During<T>(Func<T> work)
    {
        lock (_lock)
        {
            if (IsOver)
                throw new ObjectDisposedException(
                    null,
                    "The model was disposed. A PredictionEngine that is disposed takes its model along, unless it was made with "
                    + "OwnsTransformer = false.");
            _running++;
        }

        try
        {
            return work();
        }
        finally
        {
            Action? free;
            lock (_lock) free = --_running == 0 ? _free : null;
            free?.Invoke();
        }
    }

    /// <summary>Refuses further uses, and frees the model now or after the uses of other threads. Again: does nothing.</summary>
    public void End(Action free)
    {
        lock (_lock)
        {
            if (IsOver) return;
            _free = free;
            if (_running > 0) return;
        }

        free();
    }
}

/// <summary>An image's vector, such as its probabilities, or its error.</summary>
internal readonly record struct ScoredImage(string Name, float[]? Values, string? Error)
{
    /// <summary>How unlike the training images it is; NaN where that is not measured.</summary>
    public float Distance { get; init; } = float.NaN;

    /// <summary>Why a rule rejects it; null where none does, or where it could not be read.</summary>
    public string? Rejection(RejectionRule? rule) => Values is null ? null : rule?.Reason(Values.Max(), Distance);
}

/// <summary>A finished network that makes a vector of each image.</summary>
internal interface IImageNetwork : IDisposable
{
    /// <summary>
    /// Images (N, 3, H, W), normalized, to vectors (N, width) in float32; or (N, width + 1), with the distance last.
    /// </summary>
    Tensor Run(Tensor images);

    /// <summary>Whether each vector ends with how unlike the training images its image is.</summary>
    bool MeasuresDistance => false;

    /// <summary>Takes no time for preparations that pay only after many images.</summary>
    void ExpectFewImages()
    {
    }

    /// <summary>Where a class is found in an image (1, 3, H, W), normalized: (h, w); null where the network has no such maps.</summary>
    Tensor? ActivationMap(Tensor image, long label) => null;

    /// <summary>How much of each patch of an image (1, 3, H, W), normalized, is in what the network classifies: (h, w); null where it has
    /// no such attention.</summary>
    Tensor? AttentionRollout(Tensor image) => null;
}

/// <summary>The probabilities of a classifier, whose logits are divided by a temperature.</summary>
/// <param name="model">The network, which this owns.</param>
/// <param name="type">The number format to compute with.</param>
/// <param name="temperature">What logits are divided by.</param>
/// <param name="distance">How unlike the training images an image is; null where that is not measured. Owned.</param>
internal sealed class ClassifierNetwork(ImageModel model, ScalarType type, double temperature = 1, FeatureDistance? distance = null)
    : IImageNetwork
{
    private readonly FrozenModel _frozen = new(model, type);

    public bool MeasuresDistance => distance is not null;

    public void ExpectFewImages() => _frozen.ExpectFewImages();

    public Tensor Run(Tensor images)
    {
        using var scope = NewDisposeScope();
        if (distance is null) return Probabilities(_frozen.Logits(images)).MoveToOuterDisposeScope();
        Tensor features = _frozen.Features(images), probabilities = Probabilities(model.Head.call(features));
        return cat([probabilities, distance.Of(features).unsqueeze(1).to(probabilities.device)], 1).MoveToOuterDisposeScope();
    }

    public Tensor? ActivationMap(Tensor image, long label) => _frozen.ActivationMap(image, label);

    public Tensor? AttentionRollout(Tensor image) => _frozen.AttentionRollout(image);

    public void Dispose()
    {
        distance?.Dispose();
        _frozen.Dispose();
        model.Dispose();
    }

    private Tensor Probabilities(Tensor logits) => (temperature == 1 ? logits : logits / temperature).softmax(1);
}

/// <summary>What predicts the classes of image files: a trained model or a graph.</summary>
internal interface IImageClassifier : IDisposable
{
    /// <summary>The largest number of pixels of an image; a larger one counts as unreadable.</summary>
    long MaximumPixels { get; set; }

    /// <summary>Which views of an image are scored; its probabilities are their mean.</summary>
    /// <exception cref="ArgumentException">The preprocessing does not go with it.</exception>
    TestTimeAugmentation TestTimeAugmentation { get; set; }

    /// <summary>The input column with the images.</summary>
    string ImageColumnName { get; }

    /// <summary>Takes no time for preparations that pay only after many images.</summary>
    void ExpectFewImages()
    {
    }

    /// <summary>Scores image files in batches, in their order.</summary>
    IEnumerable<ImagePrediction> Predict(IEnumerable<string> files, CancellationToken cancellation);
}
