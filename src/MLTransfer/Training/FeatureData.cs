using MLTransfer.Features;
using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Bottleneck features with their labels (N). Each epoch has one view of each image, drawn at random where there are several.
/// </summary>
internal sealed class FeatureData(
    FeatureRows features, Tensor labels, int batchSize, int seed, Func<int, int[]>? order = null, Tensor? weights = null) : ITrainingData
{
    public int Count => (int)labels.shape[0];

    public int Batches => (Count + batchSize - 1) / batchSize;

    public IEnumerable<LabelledBatch> Epoch(int epoch)
    {
        IEnumerable<int[]> batches = (order?.Invoke(epoch) ?? Shuffle.Order(Count, seed, epoch)).Chunk(batchSize);
        return features.Read(batches.Select(rows => Array.ConvertAll(rows, row => Seen(row, epoch)))).Zip(batches, (inputs, rows) =>
            LabelledBatch.Create(() =>
            {
                Tensor index = DeviceCopy.To(tensor(rows, dtype: ScalarType.Int64), labels.device);
                return new(inputs.alias(), labels.index_select(0, index), rows.Length) { Weights = weights?.index_select(0, index) };
            }));
    }

    /// <summary>Scores all features with a head.</summary>
    public Tally Score(nn.Module<Tensor, Tensor> head, ValidationTally tally)
    {
        foreach ((Tensor logits, Tensor labels) in Logits(head)) tally.Add(logits, labels);
        return tally.Read();
    }

    /// <summary>Calibrates a finished head on all features; null where they are too few.</summary>
    public Calibration? Calibrate(nn.Module<Tensor, Tensor> head)
    {
        if (Count > features.BlockRows) return Calibration.Of(Logits(head), Count);
        using Tensor all = features.Read(0, Count), logits = Logits(head, all);
        return Calibration.Of(logits, labels);
    }

    private long Seen(int row, int epoch) =>
        features.Views == 1 ? row : row + (long)Count * new ImageRandom(seed, epoch, row).Below(features.Views);

    /// <summary>The logits and labels of all rows, computed a block at a time whenever they are gone through.</summary>
    private IEnumerable<(Tensor Logits, Tensor Labels)> Logits(nn.Module<Tensor, Tensor> head)
    {
        long from = 0;
        foreach (Tensor block in features.Blocks())
        {
            using Tensor logits = Logits(head, block), own = labels.narrow(0, from, block.shape[0]);
            yield return (logits, own);
            from += block.shape[0];
        }
    }

    private static Tensor Logits(nn.Module<Tensor, Tensor> head, Tensor rows)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        head.eval();
        return head.call(rows).MoveToOuterDisposeScope();
    }
}
