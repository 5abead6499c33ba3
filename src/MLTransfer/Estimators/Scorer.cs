using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>Runs a finished network over pictures, in batches and with the next pictures decoded meanwhile.</summary>
internal sealed class Scorer : IDisposable
{
    private const int PicturesAhead = 8 * FrozenModel.BatchSize;

    private readonly FrozenModel _frozen;
    private readonly Preprocessing _preprocessing;
    private readonly IReadOnlyList<PictureTransform> _transforms;
    private readonly Device _device;
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

    /// <summary>Scores pictures in their order; an unreadable one comes back with its error.</summary>
    public IEnumerable<ScoredPicture> Score(IEnumerable<PictureSource> pictures, CancellationToken cancellation)
    {
        foreach (PictureSource[] chunk in pictures.Chunk(PicturesAhead))
        {
            var loader = new BatchLoader(chunk, _transforms, FrozenModel.BatchSize, decoding: Decoding);
            int next = 0;
            foreach (PictureBatch batch in loader.Load([.. Enumerable.Range(0, chunk.Length)], epoch: 0, cancellation))
            {
                float[][] rows = Probabilities(batch);
                var errors = batch.Skipped.ToDictionary(picture => picture.Index, picture => picture.Reason);
                for (int row = 0, last = next + batch.Count + errors.Count; next < last; next++)
                {
                    string name = chunk[next].Name;
                    yield return errors.TryGetValue(next, out string? reason) ? new(name, null, reason) : new(name, rows[row++], null);
                }
            }
        }
    }

    /// <summary>Scores one picture, on the calling thread.</summary>
    /// <exception cref="PictureException">It cannot be read.</exception>
    public float[] Score(PictureSource picture) => Probabilities(PictureBatch.Of(picture, _transforms, Decoding))[0];

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _frozen.Dispose();
        Model.Dispose();
    }

    private float[][] Probabilities(PictureBatch batch)
    {
        if (_disposed)
            throw new ObjectDisposedException(nameof(ImageClassificationTransformer), "The model was disposed. A PredictionEngine that is disposed takes its model along, unless it was made with OwnsTransformer = false.");
        if (batch.Count == 0) return [];
        using var scope = NewDisposeScope();
        using var still = no_grad();
        Tensor probabilities = _frozen.Logits(PictureTensor.From(batch, _preprocessing, _device)).softmax(1).cpu();
        return [.. probabilities.data<float>().ToArray().Chunk((int)probabilities.shape[1])];
    }
}
