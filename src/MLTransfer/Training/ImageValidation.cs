using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Scores the validation images with a network in training as the finished model will score them; where outputs of its frozen layers are
/// kept, but for rounding.
/// </summary>
internal sealed class ImageValidation(
    ImageModel model, ScalarType type, ImageData data, TimeProvider clock, IProgress<TrainingProgress> progress,
    TrainingOptions options)
{
    public Tally Score(int epoch, Tally training, CancellationToken cancellation)
    {
        var throughput = new Throughput(clock, data.Count);
        return Run(
            (_, batch, tally) =>
            {
                throughput.Add(batch.Images);
                progress.Report(throughput.Report(TrainingPhase.Validation, epoch, options.Epochs, training, tally.Accuracy));
            },
            cancellation);
    }

    /// <summary>Calibrates the finished network; null where there are too few images, or where it was stopped.</summary>
    public Calibration? Calibrate(CancellationToken cancellation)
    {
        if (data.Count < Calibration.FewestImages) return null;
        // The memory of the last epoch is not needed again.
        Allocator.ReturnFreedMemory();
        using var scope = NewDisposeScope();
        List<Tensor> logits = [], labels = [];
        Run(
            (scores, batch, _) =>
            {
                logits.Add(scores.MoveToOuterDisposeScope());
                labels.Add(batch.Labels.alias().MoveToOuterDisposeScope());
            },
            cancellation);
        return cancellation.IsCancellationRequested || logits.Count == 0 ? null : Calibration.Of(cat(logits), cat(labels));
    }

    private Tally Run(Action<Tensor, LabelledBatch, Tally> scored, CancellationToken cancellation) => LackOfMemory.Explain(
        () => ScoreAll(scored, cancellation),
        $"while the validation images were scored, {FrozenModel.BatchSize} at a time whatever the batch size of the training. Make the "
        + "images smaller, or train fewer layers, which leaves more memory.");

    private Tally ScoreAll(Action<Tensor, LabelledBatch, Tally> scored, CancellationToken cancellation)
    {
        using var frozen = new FrozenModel(model, type, packs: data.Count > FrozenModel.FewImages);
        var tally = new ValidationTally(options);
        foreach (LabelledBatch next in data.InOrder())
        {
            using LabelledBatch batch = next;
            using var scope = NewDisposeScope();
            using var still = no_grad();
            if (cancellation.IsCancellationRequested) break;
            Tensor logits = batch.First > 0 ? frozen.Logits(batch.Inputs, batch.First) : frozen.Logits(batch.Inputs);
            tally.Add(logits, batch.Labels);
            scored(logits, batch, tally.Sum);
        }

        return tally.Read();
    }
}
