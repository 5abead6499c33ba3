using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>Scores the validation images with a network in training just as the finished model will score them.</summary>
internal sealed class ImageValidation(
    ImageModel model, ScalarType type, ImageData data, TimeProvider clock, IProgress<TrainingProgress> progress, int epochs)
{
    public Tally Score(int epoch, Tally training, CancellationToken cancellation)
    {
        using var frozen = new FrozenModel(model, type);
        var pace = new Throughput(clock, data.Count);
        Tally tally = default;
        foreach (ImageBatch batch in data.InOrder())
        {
            using var scope = NewDisposeScope();
            using var still = no_grad();
            if (cancellation.IsCancellationRequested) break;
            (Tensor images, Tensor labels, long settled) = data.Labelled(batch);
            Tensor logits = frozen.Logits(images);
            tally += Tally.Of(logits, labels, nn.functional.cross_entropy(logits, labels));
            pace.Add(settled);
            progress.Report(pace.Report(TrainingPhase.Validation, epoch, epochs, training, tally.Accuracy));
        }

        return tally;
    }
}
