using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Counts over batches; the division comes last.</summary>
internal readonly record struct Tally(long Seen, long Correct, double LossSum)
{
    /// <summary>The share classified rightly; NaN where nothing was seen.</summary>
    public double Accuracy => Seen == 0 ? double.NaN : (double)Correct / Seen;

    /// <summary>The mean loss; NaN where nothing was seen.</summary>
    public double Loss => Seen == 0 ? double.NaN : LossSum / Seen;

    /// <summary>Both together.</summary>
    public static Tally operator +(Tally left, Tally right) =>
        new(left.Seen + right.Seen, left.Correct + right.Correct, left.LossSum + right.LossSum);

    /// <summary>Counts a batch: logits (N, classes), labels (N), the mean loss over the batch.</summary>
    public static Tally Of(Tensor logits, Tensor labels, Tensor meanLoss)
    {
        using var scope = NewDisposeScope();
        long seen = labels.shape[0];
        return new(seen, logits.detach().argmax(1).eq(labels).sum().item<long>(), meanLoss.detach().item<float>() * (double)seen);
    }
}
