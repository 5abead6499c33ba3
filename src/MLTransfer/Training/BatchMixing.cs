using MLTransfer.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Training;

/// <summary>
/// Mixes each image of a batch with the one before it, and their classes in the same proportion: as a whole (Mixup, Zhang et al. 2017,
/// https://arxiv.org/abs/1710.09412) or by pasting a rectangle (CutMix, Yun et al. 2019, https://arxiv.org/abs/1905.04899). Where both are
/// asked for, each batch has one of them with equal probability, as in torchvision's recipes.
/// </summary>
/// <param name="mixup">Mixup's parameter of the beta distribution; 0: no Mixup.</param>
/// <param name="cutMix">CutMix's parameter of the beta distribution; 0: no CutMix.</param>
/// <param name="classes">How many classes there are.</param>
/// <param name="seed">Determines, together with epoch and batch, how images are mixed.</param>
internal sealed class BatchMixing(double mixup, double cutMix, int classes, int seed)
{
    // Salt: batch mixing and per-image augmentation must not share a random stream.
    private const int Salt = 0x6D697865;

    /// <param name="batch">Images (N, 3, H, W) and classes (N).</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="index">The batch's index in the epoch.</param>
    public LabelledBatch Mix(LabelledBatch batch, int epoch, int index)
    {
        if (mixup == 0 && cutMix == 0) return batch;
        ImageRandom random = new(seed ^ Salt, epoch, index);
        bool cut = mixup == 0 || (cutMix > 0 && random.Between(0, 1) < 0.5);
        double ratio = random.Beta(cut ? cutMix : mixup, cut ? cutMix : mixup);
        return cut ? Cut(batch, ratio, random.Below((int)batch.Inputs.shape[3]), random.Below((int)batch.Inputs.shape[2]))
            : Blended(batch, ratio);
    }

    /// <summary>Computes ratio · image + (1 − ratio) · previous image.</summary>
    internal LabelledBatch Blended(LabelledBatch batch, double ratio)
    {
        using var scope = NewDisposeScope();
        Tensor images = batch.Inputs * ratio + Before(batch.Inputs) * (1 - ratio);
        return batch with { Inputs = images.MoveToOuterDisposeScope(), Targets = TargetsOf(batch, ratio).MoveToOuterDisposeScope() };
    }

    /// <summary>
    /// Pastes a rectangle of the previous image into each, with the aspect ratio of the image, centered at a pixel and clipped at the
    /// border.
    /// </summary>
    internal LabelledBatch Cut(LabelledBatch batch, double ratio, int centerX, int centerY)
    {
        using var scope = NewDisposeScope();
        long width = batch.Inputs.shape[3], height = batch.Inputs.shape[2];
        double half = 0.5 * Math.Sqrt(1 - ratio);
        (long left, long right) = Span(centerX, (long)(half * width), width);
        (long top, long bottom) = Span(centerY, (long)(half * height), height);
        Tensor images = batch.Inputs.clone();
        Part(images).copy_(Part(Before(batch.Inputs)));
        double kept = 1 - (double)(right - left) * (bottom - top) / (width * height);
        return batch with { Inputs = images.MoveToOuterDisposeScope(), Targets = TargetsOf(batch, kept).MoveToOuterDisposeScope() };

        Tensor Part(Tensor whole) => whole.narrow(2, top, bottom - top).narrow(3, left, right - left);
    }

    private static (long From, long To) Span(int center, long half, long length) =>
        (Math.Max(center - half, 0), Math.Min(center + half, length));

    private static Tensor Before(Tensor batch) => batch.roll([1L], [0L]);

    /// <summary>The probability of each class (N, classes).</summary>
    private Tensor TargetsOf(LabelledBatch batch, double ratio)
    {
        Tensor certain = nn.functional.one_hot(batch.Labels, classes).to(ScalarType.Float32);
        return certain * ratio + Before(certain) * (1 - ratio);
    }
}
