using MLTransfer.Imaging;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Images that are read, augmented and batched anew in every epoch.</summary>
internal sealed class ImageData(
    BatchLoader loader, IReadOnlyList<int> labels, Preprocessing preprocessing, Device device, int batchSize, int seed,
    Action<SkippedImage> skipped,
    BatchMixing? mixing = null, Func<int, int[]>? order = null, IReadOnlyList<float>? weights = null) : ITrainingData
{
    /// <summary>Ends an epoch, even while a batch is waited for.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The part of the time between batches that was spent waiting for the next one.</summary>
    public double ShareWaited => loader.ShareWaited;

    public int Count => labels.Count;

    public int Batches => (Count + batchSize - 1) / batchSize;

    public IEnumerable<Func<LabelledBatch>> Epoch(int epoch)
    {
        int index = 0;
        foreach (ImageBatch batch in Read(order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch), epoch))
        {
            yield return () => mixing is null ? Labelled(batch) : mixing.Mix(Labelled(batch), epoch, index);
            index++;
        }
    }

    /// <summary>The batches in the order of the images, for validation.</summary>
    public IEnumerable<ImageBatch> InOrder() => Read([.. Enumerable.Range(0, Count)], epoch: 0);

    public LabelledBatch Labelled(ImageBatch batch) => new(
        ImageTensor.From(batch, preprocessing, device),
        tensor(batch.Indices.Select(index => (long)labels[index]).ToArray(), device: device), batch.Count + batch.Skipped.Count)
    {
        Weights = weights is null ? null : tensor(batch.Indices.Select(index => weights[index]).ToArray(), device: device),
    };

    private IEnumerable<ImageBatch> Read(int[] order, int epoch)
    {
        using IEnumerator<ImageBatch> batches = loader.Load(order, epoch, Cancellation).GetEnumerator();
        while (MovesOn(batches))
        {
            foreach (SkippedImage image in batches.Current.Skipped) skipped(image);
            if (batches.Current.Count > 0) yield return batches.Current;
        }
    }

    // A training that is stopped keeps what it has.
    private static bool MovesOn(IEnumerator<ImageBatch> batches)
    {
        try
        {
            return batches.MoveNext();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
