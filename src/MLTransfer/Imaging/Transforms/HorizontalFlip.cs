using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Exchanges left and right, by chance.</summary>
/// <param name="Probability">How often, from 0 to 1. Default 0.5.</param>
public sealed record HorizontalFlip(double Probability = 0.5) : FramingTransform
{
    /// <summary>How often, from 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It lies outside.</exception>
    public double Probability { get; init => field = Setting.Share(value); } = Setting.Share(Probability);

    internal override Framing? Frame(Framing framing, ref ImageRandom random) =>
        random.Between(0, 1) < Probability ? framing.Mirror() : framing;

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => before;
}
