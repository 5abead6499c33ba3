using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Scores images with a finished network, in batches; the next images are decoded meanwhile.</summary>
internal sealed class Scorer : IDisposable
{
    private const int ImagesAhead = 8 * FrozenModel.BatchSize;

    private readonly FrozenModel _frozen;
    private readonly Preprocessing _preprocessing;
    private readonly IReadOnlyList<ImageTransform> _transforms;
    private readonly Device _device;
    private readonly Lock _uses = new();
    private int _running;
    private bool _disposed;

    public Scorer(ImageModel model, Preprocessing preprocessing, Device device, ScalarType type)
    {
        Model = model;
        _preprocessing = preprocessing;
        _transforms = preprocessing.EvaluationTransforms();
        _device = device;
        _frozen = new FrozenModel(model, type);
    }

    public ImageModel Model { get; }

    public DecodingOptions Decoding { get; set; } = DecodingOptions.Default;

    /// <summary>Scores images in their order; an unreadable one is returned with its error.</summary>
    public IEnumerable<ScoredImage> Score(IEnumerable<ImageSource> images, CancellationToken cancellation)
    {
        foreach (ImageSource[] chunk in images.Chunk(ImagesAhead))
        {
            var loader = new BatchLoader(chunk, _transforms, FrozenModel.BatchSize, decoding: Decoding);
            int next = 0;
            foreach (ImageBatch batch in loader.Load([.. Enumerable.Range(0, chunk.Length)], epoch: 0, cancellation))
            {
                float[][] rows = InUse(() => Probabilities(batch));
                var errors = batch.Skipped.ToDictionary(image => image.Index, image => image.Reason);
                for (int row = 0, last = next + batch.Count + errors.Count; next < last; next++)
                {
                    string name = chunk[next].Name;
                    yield return errors.TryGetValue(next, out string? reason) ? new(name, null, reason) : new(name, rows[row++], null);
                }
            }
        }
    }

    /// <summary>Scores one image, on the calling thread.</summary>
    /// <exception cref="ImageException">It cannot be read.</exception>
    public float[] Score(ImageSource image) => InUse(() => Probabilities(ImageBatch.LoadOne(image, _transforms, Decoding))[0]);

    /// <summary>Refuses further images. The network is freed now, or when other threads are done with their image or batch.</summary>
    public void Dispose()
    {
        lock (_uses)
        {
            if (_disposed) return;
            _disposed = true;
            if (_running > 0) return;
        }

        Free();
    }

    private float[][] Probabilities(ImageBatch batch)
    {
        if (batch.Count == 0) return [];
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor probabilities = _frozen.Logits(ImageTensor.From(batch, _preprocessing, _device)).softmax(1).cpu();
        return [.. probabilities.data<float>().ToArray().Chunk((int)probabilities.shape[1])];
    }

    private T InUse<T>(Func<T> work)
    {
        lock (_uses)
        {
            if (_disposed)
                throw new ObjectDisposedException(
                    nameof(ImageClassificationTransformer),
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
            bool isLast;
            lock (_uses) isLast = --_running == 0 && _disposed;
            if (isLast) Free();
        }
    }

    private void Free()
    {
        _frozen.Dispose();
        Model.Dispose();
    }
}

/// <summary>An image's probabilities, or its error.</summary>
internal readonly record struct ScoredImage(string Name, float[]? Probabilities, string? Error);
