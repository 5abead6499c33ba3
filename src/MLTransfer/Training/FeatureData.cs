using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Bottleneck features (N, width) with their labels (N), all in memory.</summary>
internal sealed class FeatureData(
    Tensor features, Tensor labels, int batchSize, int seed, Func<int, int[]>? order = null, Tensor? weights = null) : ITrainingData
{
    public int Count => (int)labels.shape[0];

    public int Batches => (Count + batchSize - 1) / batchSize;

    public IEnumerable<Func<LabelledBatch>> Epoch(int epoch)
    {
        foreach (int[] rows in (order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch)).Chunk(batchSize))
        {
            yield return () =>
            {
                Tensor index = tensor(rows, dtype: ScalarType.Int64, device: features.device);
                return new(features.index_select(0, index), labels.index_select(0, index),
                    rows.Length)
                { Weights = weights?.index_select(0, index) };
            };
        }
    }

    /// <summary>Scores all of them with a head.</summary>
    public Tally Score(nn.Module<Tensor, Tensor> head)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        head.eval();
        Tensor logits = head.call(features);
        return Tally.Of(logits, labels, nn.functional.cross_entropy(logits, labels));
    }
}
