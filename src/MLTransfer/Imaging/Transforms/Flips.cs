using MLTransfer.Errors;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Exchanges left and right, with a probability. As torchvision's <c>RandomHorizontalFlip</c>.</summary>
/// <param name="Probability">From 0 to 1. Default 0.5.</param>
public sealed record RandomHorizontalFlip(double Probability = 0.5) : BuiltInTransform
{
    /// <summary>The probability, from 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside [0, 1].</exception>
    public double Probability { get; init => field = Require.Fraction(value); } = Require.Fraction(Probability);

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) =>
        random.Happens(Probability) ? plan.Mirror() : plan;
}

/// <summary>Exchanges top and bottom, with a probability. As torchvision's <c>RandomVerticalFlip</c>.</summary>
/// <param name="Probability">From 0 to 1. Default 0.5.</param>
public sealed record RandomVerticalFlip(double Probability = 0.5) : BuiltInTransform
{
    /// <summary>The probability, from 0 to 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside [0, 1].</exception>
    public double Probability { get; init => field = Require.Fraction(value); } = Require.Fraction(Probability);

    internal override CropResizePlan? Plan(in CropResizePlan plan, ref ImageRandom random) =>
        random.Happens(Probability) ? plan.Flip() : plan;
}
