using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Scores the validation images with a network in training exactly as the finished model will score them.</summary>
internal sealed class ImageValidation(
    ImageModel model, ScalarType type, ImageData data, TimeProvider clock, IProgress<TrainingProgress> progress, int epochs)
{
    public Tally Score(int epoch, Tally training, CancellationToken cancellation)
    {
        using var frozen = new FrozenModel(model, type);
        var throughput = new Throughput(clock, data.Count);
        Tally tally = default;
        foreach (LabelledBatch next in data.InOrder())
        {
            using LabelledBatch batch = next;
            using var scope = NewDisposeScope();
            using var still = no_grad();
            if (cancellation.IsCancellationRequested) break;
            tally += Tally.OfValidation(frozen.Logits(batch.Inputs), batch.Labels);
            throughput.Add(batch.Images);
            progress.Report(throughput.Report(TrainingPhase.Validation, epoch, epochs, training, tally.Accuracy));
        }

        return tally;
    }
}
