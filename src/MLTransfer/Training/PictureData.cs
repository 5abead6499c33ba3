using MLTransfer.Imaging;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Pictures that are read, augmented and batched anew in every epoch.</summary>
internal sealed class PictureData(
    BatchLoader loader, IReadOnlyList<int> labels, Preprocessing preprocessing, Device device, int batchSize, int seed, Action<SkippedPicture> skipped,
    BatchMixing? mixing = null, Func<int, int[]>? order = null, IReadOnlyList<float>? weights = null) : ITrainingData
{
    public int Count => labels.Count;

    public int Batches => (Count + batchSize - 1) / batchSize;

    public IEnumerable<Func<LabelledBatch>> Epoch(int epoch)
    {
        int index = 0;
        foreach (PictureBatch batch in Read(order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch), epoch))
        {
            yield return () => mixing is null ? Labelled(batch) : mixing.Mix(Labelled(batch), epoch, index);
            index++;
        }
    }

    /// <summary>The batches in the order of the pictures, for validation.</summary>
    public IEnumerable<PictureBatch> InOrder() => Read([.. Enumerable.Range(0, Count)], epoch: 0);

    public LabelledBatch Labelled(PictureBatch batch) => new(
        PictureTensor.From(batch, preprocessing, device), tensor(batch.Indices.Select(index => (long)labels[index]).ToArray(), device: device), batch.Count + batch.Skipped.Count)
    {
        Weights = weights is null ? null : tensor(batch.Indices.Select(index => weights[index]).ToArray(), device: device),
    };

    private IEnumerable<PictureBatch> Read(int[] order, int epoch)
    {
        foreach (PictureBatch batch in loader.Load(order, epoch))
        {
            foreach (SkippedPicture picture in batch.Skipped) skipped(picture);
            if (batch.Count > 0) yield return batch;
        }
    }
}
