using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer;

/// <summary>Training the backbone on, all of it or its upper layers, together with a new head.</summary>
public sealed record FineTuningOptions : ImageClassificationOptions
{
    /// <summary>Creates the options with their defaults; the optimizer is AdamW.</summary>
    public FineTuningOptions() => Optimizer = OptimizerKind.AdamW;

    /// <summary>On pretrained weights 1e-4 for Adam and AdamW, 1e-2 for SGD; from random weights 1e-3 and 5e-2.</summary>
    public override double RecommendedLearningRate => (Optimizer, FromRandomWeights) switch
    {
        (OptimizerKind.Sgd, true) => 5e-2,
        (OptimizerKind.Sgd, false) => 1e-2,
        (_, true) => 1e-3,
        _ => 1e-4,
    };

    /// <summary>The layers that learn besides the head. Default: all.</summary>
    public Layers Train { get; init; } = Layers.All;

    /// <summary>How much faster than the backbone the head learns. Default: 1.</summary>
    public double HeadFactor { get; init; } = 1;

    /// <summary>
    /// Whether the new head is first trained on the features of the backbone as it comes, so that the backbone does not learn from a random
    /// head (Kumar et al. 2022). Costs one pass over the images; not done where the backbone starts from random weights. Default: true.
    /// </summary>
    public bool HeadWarmup { get; init; } = true;

    /// <summary>
    /// How much the losses of the backbone's auxiliary heads count beside its own, where it has them: GoogLeNet's authors took 0.3.
    /// Default: 0, they
    /// do not learn.
    /// </summary>
    public double AuxiliaryWeight { get; init; }

    /// <summary>
    /// How training images are changed at random: one of <see cref="Presets.Names"/>. Default: <see cref="Presets.Standard"/>, crops and
    /// flips.
    /// </summary>
    public string Augmentation { get; init; } = Presets.Standard;

    /// <summary>
    /// What is done to training images in place of what <see cref="Augmentation"/> names; must end with squares of the pixels that the
    /// network sees.
    /// Default: null.
    /// </summary>
    public IReadOnlyList<ImageTransform>? TrainingTransforms { get; init; }

    /// <summary>
    /// Blends each image of a batch with another, and their classes in the same proportion, drawn from a beta distribution with this
    /// number as
    /// both parameters (Mixup, Zhang et al. 2017); usual are 0.2 to 1. Default: 0, not done.
    /// </summary>
    public double Mixup { get; init; }

    /// <summary>
    /// Pastes a rectangle of another image of the batch into each, its area drawn likewise (CutMix, Yun et al. 2019); usual is 1. With
    /// <see cref="Mixup"/> too, each batch has one of both. Default: 0, not done.
    /// </summary>
    public double CutMix { get; init; }

    /// <summary>
    /// Whether JPEG images trained on are decoded smaller where the transforms shrink them to half their size or less: faster for large
    /// photographs,
    /// and not quite the same pixels (<see cref="DecodingOptions.ReducedScale"/> says how far they are off). Validation and prediction see
    /// whole
    /// images; nothing stays decoded in <see cref="ImageMemory"/>. Default: false.
    /// </summary>
    public bool ReducedScale { get; init; }

    /// <summary>
    /// Bytes of memory for images that stay decoded, so that later epochs need not decode them again; three for each pixel, in the images'
    /// full
    /// size. Images that find no room are decoded every time. The result is the same. Default: 268,435,456 (256 MiB).
    /// </summary>
    public long ImageMemory { get; init; } = 256L << 20;

    /// <summary>
    /// A folder that keeps the training after every epoch, so that the same training goes on from there when it is run again: with the same
    /// weights in the end, on the same machine, as if it had never been stopped. With more
    /// <see cref="ImageClassificationOptions.Epochs"/> it goes on too, finished or not: the learning rate then follows the schedule of the
    /// new number. One training at a time. Default: null, nothing is kept.
    /// </summary>
    public string? CheckpointFolder { get; init; }

    internal FineTuningOptions Checked() =>
        Check.All(this,
        [
            .. Complaints(),
            Check.Positive(HeadFactor),
            Check.NotNegative(AuxiliaryWeight),
            Check.NotNegative(Mixup),
            Check.NotNegative(CutMix),
            Check.NotNegative(ImageMemory),
            Balance == ClassBalance.Weights && Mixup + CutMix > 0
            ? "Balance is Weights, and Mixup and CutMix join images of several classes; use ClassBalance.Sampling with them." : null,
            Presets.Complaint(Augmentation),
            CheckpointFolder is null ? null : Check.Named(CheckpointFolder),
            Train is null ? "Train is null; use Layers.All or Layers.From." : null,
        ]);
}
