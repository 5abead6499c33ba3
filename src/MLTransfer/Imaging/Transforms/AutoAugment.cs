using System.Text.Json.Serialization;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Does one of 25 pairs of operations, which were found by learning on a data set (Cubuk et al., 2018). As torchvision's
/// <c>AutoAugment</c>.
/// </summary>
public sealed record AutoAugment : AugmentationPolicy
{
    private const int Bins = 10;

    private readonly IReadOnlyList<OperationPair> _pairs;

    /// <summary>Creates the transform.</summary>
    /// <param name="policy">The data set whose operations are used. Default <see cref="AutoAugmentPolicy.ImageNet"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such policy.</exception>
    [JsonConstructor]
    public AutoAugment(AutoAugmentPolicy policy = AutoAugmentPolicy.ImageNet)
    {
        Policy = policy;
        _pairs = policy switch
        {
            AutoAugmentPolicy.ImageNet => OperationPair.ImageNet,
            AutoAugmentPolicy.Cifar10 => OperationPair.Cifar10,
            AutoAugmentPolicy.Svhn => OperationPair.Svhn,
            _ => throw new ArgumentOutOfRangeException(
            nameof(policy), policy, $"There is no policy {policy}; it must be one of "
            + $"{string.Join(", ", Enum.GetNames<AutoAugmentPolicy>())}."),
        };
    }

    /// <summary>The data set whose operations are used.</summary>
    public AutoAugmentPolicy Policy { get; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        int pair = random.Below(_pairs.Count);
        bool first = random.Happens(_pairs[pair].First.Probability), second = random.Happens(_pairs[pair].Second.Probability);
        bool firstNegative = random.Happens(0.5), secondNegative = random.Happens(0.5);
        Do(canvas, pair, first ? firstNegative : null, second ? secondNegative : null);
    }

    /// <summary>Does the operations of a pair, each in the direction given, or not where none is.</summary>
    internal void Do(Canvas canvas, int pair, bool? firstNegative, bool? secondNegative)
    {
        Do(canvas, _pairs[pair].First, firstNegative);
        Do(canvas, _pairs[pair].Second, secondNegative);
    }

    private void Do(Canvas canvas, PlannedOperation planned, bool? negative)
    {
        if (negative is { } backwards)
            Do(canvas, planned.Choice, planned.Bin, Bins, backwards);
    }
}
