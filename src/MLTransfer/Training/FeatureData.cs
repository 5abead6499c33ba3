using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Bottleneck features (N, width) with their labels (N), all in memory; or those of several views of each image, (views · N, width), the
/// first N of the first view. Each epoch has one view of each image, drawn at random.
/// </summary>
internal sealed class FeatureData(
    Tensor features, Tensor labels, int batchSize, int seed, Func<int, int[]>? order = null, Tensor? weights = null) : ITrainingData
{
    public int Count => (int)labels.shape[0];

    public int Batches => (Count + batchSize - 1) / batchSize;

    private int Views => (int)(features.shape[0] / labels.shape[0]);

    public IEnumerable<LabelledBatch> Epoch(int epoch) =>
        (order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch)).Chunk(batchSize).Select(rows => LabelledBatch.Create(() =>
        {
            Tensor index = tensor(rows, dtype: ScalarType.Int64, device: features.device);
            Tensor seen = Views == 1 ? index : tensor(
                [.. rows.Select(row => row + Count * new ImageRandom(seed, epoch, row).Below(Views))], dtype: ScalarType.Int64,
                device: features.device);
            return new(features.index_select(0, seen), labels.index_select(0, index), rows.Length)
            {
                Weights = weights?.index_select(0, index),
            };
        }));

    /// <summary>Scores all features with a head.</summary>
    public Tally Score(nn.Module<Tensor, Tensor> head)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        head.eval();
        return Tally.OfValidation(head.call(features), labels);
    }

    /// <summary>Calibrates a finished head on all features; null where they are too few.</summary>
    public Calibration? Calibrate(nn.Module<Tensor, Tensor> head)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        head.eval();
        return Calibration.Of(head.call(features), labels);
    }
}
