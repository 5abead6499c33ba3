using System.Text.Json.Serialization;
using static MLTransfer.Imaging.Transforms.AugmentationOp;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Applies one of 25 pairs of operations, learned on a data set (Cubuk et al., 2018). As torchvision's <c>AutoAugment</c>.
/// </summary>
public sealed record AutoAugment : AugmentationPolicy
{
    private const int Bins = 10;

    private readonly IReadOnlyList<AutoAugmentPair> _pairs;

    /// <summary>Creates the transform.</summary>
    /// <param name="policy">The data set whose policy is used. Default <see cref="AutoAugmentPolicy.ImageNet"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such policy.</exception>
    [JsonConstructor]
    public AutoAugment(AutoAugmentPolicy policy = AutoAugmentPolicy.ImageNet)
    {
        Policy = policy;
        _pairs = policy switch
        {
            AutoAugmentPolicy.ImageNet => AutoAugmentPair.ImageNet,
            AutoAugmentPolicy.Cifar10 => AutoAugmentPair.Cifar10,
            AutoAugmentPolicy.Svhn => AutoAugmentPair.Svhn,
            _ => throw new ArgumentOutOfRangeException(
                nameof(policy), policy, $"There is no policy {policy}; it must be one of "
                + $"{string.Join(", ", Enum.GetNames<AutoAugmentPolicy>())}."),
        };
    }

    /// <summary>The data set whose policy is used.</summary>
    public AutoAugmentPolicy Policy { get; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        int pair = random.Below(_pairs.Count);
        bool first = random.Happens(_pairs[pair].First.Probability), second = random.Happens(_pairs[pair].Second.Probability);
        bool firstNegative = random.Happens(0.5), secondNegative = random.Happens(0.5);
        Run(buffer, pair, first ? firstNegative : null, second ? secondNegative : null);
    }

    /// <summary>Applies the operations of a pair with the given signs; an operation whose sign is null is skipped.</summary>
    internal void Run(ImageBuffer buffer, int pair, bool? firstNegative, bool? secondNegative)
    {
        Run(buffer, _pairs[pair].First, firstNegative);
        Run(buffer, _pairs[pair].Second, secondNegative);
    }

    private void Run(ImageBuffer buffer, AutoAugmentStep step, bool? negative)
    {
        if (negative is { } sign)
            Run(buffer, step.Range, step.Bin, Bins, sign);
    }
}

/// <summary>The data set on which a policy of <see cref="AutoAugment"/> was learned.</summary>
public enum AutoAugmentPolicy
{
    /// <summary>Policy learned on ImageNet: photographs.</summary>
    ImageNet,

    /// <summary>Policy learned on CIFAR-10: small photographs.</summary>
    Cifar10,

    /// <summary>Policy learned on SVHN: house numbers.</summary>
    Svhn,
}

/// <summary>Two operations that <see cref="AutoAugment"/> applies one after the other.</summary>
internal sealed record AutoAugmentPair(AutoAugmentStep First, AutoAugmentStep Second)
{
    internal static IReadOnlyList<AutoAugmentPair> ImageNet { get; } =
    [
        new(new(Posterize, 0.4, 8), new(Rotate, 0.6, 9)),
        new(new(Solarize, 0.6, 5), new(AutoContrast, 0.6)),
        new(new(Equalize, 0.8), new(Equalize, 0.6)),
        new(new(Posterize, 0.6, 7), new(Posterize, 0.6, 6)),
        new(new(Equalize, 0.4), new(Solarize, 0.2, 4)),
        new(new(Equalize, 0.4), new(Rotate, 0.8, 8)),
        new(new(Solarize, 0.6, 3), new(Equalize, 0.6)),
        new(new(Posterize, 0.8, 5), new(Equalize, 1)),
        new(new(Rotate, 0.2, 3), new(Solarize, 0.6, 8)),
        new(new(Equalize, 0.6), new(Posterize, 0.4, 6)),
        new(new(Rotate, 0.8, 8), new(AugmentationOp.Color, 0.4, 0)),
        new(new(Rotate, 0.4, 9), new(Equalize, 0.6)),
        new(new(Equalize, 0), new(Equalize, 0.8)),
        new(new(Invert, 0.6), new(Equalize, 1)),
        new(new(AugmentationOp.Color, 0.6, 4), new(Contrast, 1, 8)),
        new(new(Rotate, 0.8, 8), new(AugmentationOp.Color, 1, 2)),
        new(new(AugmentationOp.Color, 0.8, 8), new(Solarize, 0.8, 7)),
        new(new(Sharpness, 0.4, 7), new(Invert, 0.6)),
        new(new(ShearX, 0.6, 5), new(Equalize, 1)),
        new(new(AugmentationOp.Color, 0.4, 0), new(Equalize, 0.6)),
        new(new(Equalize, 0.4), new(Solarize, 0.2, 4)),
        new(new(Solarize, 0.6, 5), new(AutoContrast, 0.6)),
        new(new(Invert, 0.6), new(Equalize, 1)),
        new(new(AugmentationOp.Color, 0.6, 4), new(Contrast, 1, 8)),
        new(new(Equalize, 0.8), new(Equalize, 0.6)),
    ];

    internal static IReadOnlyList<AutoAugmentPair> Cifar10 { get; } =
    [
        new(new(Invert, 0.1), new(Contrast, 0.2, 6)),
        new(new(Rotate, 0.7, 2), new(TranslateX, 0.3, 9)),
        new(new(Sharpness, 0.8, 1), new(Sharpness, 0.9, 3)),
        new(new(ShearY, 0.5, 8), new(TranslateY, 0.7, 9)),
        new(new(AutoContrast, 0.5), new(Equalize, 0.9)),
        new(new(ShearY, 0.2, 7), new(Posterize, 0.3, 7)),
        new(new(AugmentationOp.Color, 0.4, 3), new(Brightness, 0.6, 7)),
        new(new(Sharpness, 0.3, 9), new(Brightness, 0.7, 9)),
        new(new(Equalize, 0.6), new(Equalize, 0.5)),
        new(new(Contrast, 0.6, 7), new(Sharpness, 0.6, 5)),
        new(new(AugmentationOp.Color, 0.7, 7), new(TranslateX, 0.5, 8)),
        new(new(Equalize, 0.3), new(AutoContrast, 0.4)),
        new(new(TranslateY, 0.4, 3), new(Sharpness, 0.2, 6)),
        new(new(Brightness, 0.9, 6), new(AugmentationOp.Color, 0.2, 8)),
        new(new(Solarize, 0.5, 2), new(Invert, 0)),
        new(new(Equalize, 0.2), new(AutoContrast, 0.6)),
        new(new(Equalize, 0.2), new(Equalize, 0.6)),
        new(new(AugmentationOp.Color, 0.9, 9), new(Equalize, 0.6)),
        new(new(AutoContrast, 0.8), new(Solarize, 0.2, 8)),
        new(new(Brightness, 0.1, 3), new(AugmentationOp.Color, 0.7, 0)),
        new(new(Solarize, 0.4, 5), new(AutoContrast, 0.9)),
        new(new(TranslateY, 0.9, 9), new(TranslateY, 0.7, 9)),
        new(new(AutoContrast, 0.9), new(Solarize, 0.8, 3)),
        new(new(Equalize, 0.8), new(Invert, 0.1)),
        new(new(TranslateY, 0.7, 9), new(AutoContrast, 0.9)),
    ];

    internal static IReadOnlyList<AutoAugmentPair> Svhn { get; } =
    [
        new(new(ShearX, 0.9, 4), new(Invert, 0.2)),
        new(new(ShearY, 0.9, 8), new(Invert, 0.7)),
        new(new(Equalize, 0.6), new(Solarize, 0.6, 6)),
        new(new(Invert, 0.9), new(Equalize, 0.6)),
        new(new(Equalize, 0.6), new(Rotate, 0.9, 3)),
        new(new(ShearX, 0.9, 4), new(AutoContrast, 0.8)),
        new(new(ShearY, 0.9, 8), new(Invert, 0.4)),
        new(new(ShearY, 0.9, 5), new(Solarize, 0.2, 6)),
        new(new(Invert, 0.9), new(AutoContrast, 0.8)),
        new(new(Equalize, 0.6), new(Rotate, 0.9, 3)),
        new(new(ShearX, 0.9, 4), new(Solarize, 0.3, 3)),
        new(new(ShearY, 0.8, 8), new(Invert, 0.7)),
        new(new(Equalize, 0.9), new(TranslateY, 0.6, 6)),
        new(new(Invert, 0.9), new(Equalize, 0.6)),
        new(new(Contrast, 0.3, 3), new(Rotate, 0.8, 4)),
        new(new(Invert, 0.8), new(TranslateY, 0, 2)),
        new(new(ShearY, 0.7, 6), new(Solarize, 0.4, 8)),
        new(new(Invert, 0.6), new(Rotate, 0.8, 4)),
        new(new(ShearY, 0.3, 7), new(TranslateX, 0.9, 3)),
        new(new(ShearX, 0.1, 6), new(Invert, 0.6)),
        new(new(Solarize, 0.7, 2), new(TranslateY, 0.6, 7)),
        new(new(ShearY, 0.8, 4), new(Invert, 0.8)),
        new(new(ShearX, 0.7, 9), new(TranslateY, 0.8, 3)),
        new(new(ShearY, 0.8, 5), new(AutoContrast, 0.7)),
        new(new(ShearX, 0.7, 2), new(Invert, 0.1)),
    ];
}

/// <summary>An operation of <see cref="AutoAugment"/> with its probability and magnitude bin.</summary>
internal sealed record AutoAugmentStep(AugmentationOp Op, double Probability, int Bin = 0)
{
    internal AugmentationRange Range { get; } = AugmentationSpaces.AutoAugment.Single(range => range.Op == Op);
}
