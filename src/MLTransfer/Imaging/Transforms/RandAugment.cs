using MLTransfer.Errors;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Applies several operations, chosen at random, all of the same magnitude (Cubuk et al., 2019). As torchvision's <c>RandAugment</c>.
/// </summary>
public sealed record RandAugment : AugmentationPolicy
{
    private const int MostOperations = 32;

    /// <summary>Creates the transform.</summary>
    /// <param name="operationCount">Operations applied one after another, from 0 to 32. Default 2.</param>
    /// <param name="magnitude">The magnitude bin, from 0 up to but not including <paramref name="magnitudeBins"/>. Default 9.</param>
    /// <param name="magnitudeBins">The number of magnitude bins, at least 2. Default 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RandAugment(int operationCount = 2, int magnitude = 9, int magnitudeBins = 31)
    {
        OperationCount = Require.Between(0, operationCount, MostOperations, nameof(operationCount));
        MagnitudeBins = Require.Between(2, magnitudeBins, int.MaxValue, nameof(magnitudeBins));
        Magnitude = Require.Between(0, magnitude, magnitudeBins - 1, nameof(magnitude));
    }

    /// <summary>Operations applied one after another.</summary>
    public int OperationCount { get; }

    /// <summary>The magnitude bin, below <see cref="MagnitudeBins"/>.</summary>
    public int Magnitude { get; }

    /// <summary>The number of magnitude bins.</summary>
    public int MagnitudeBins { get; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        for (int i = 0; i < OperationCount; i++)
        {
            AugmentationRange range = AugmentationSpaces.RandAugment[random.Below(AugmentationSpaces.RandAugment.Count)];
            Run(buffer, range, Magnitude, MagnitudeBins, random.Happens(0.5));
        }
    }
}

/// <summary>
/// Applies one operation of random magnitude (Müller and Hutter, 2021): nothing to tune. As torchvision's <c>TrivialAugmentWide</c>.
/// </summary>
public sealed record TrivialAugmentWide : AugmentationPolicy
{
    /// <summary>Creates the transform.</summary>
    /// <param name="magnitudeBins">The number of magnitude bins, at least 2. Default 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2.</exception>
    public TrivialAugmentWide(int magnitudeBins = 31) =>
        MagnitudeBins = Require.Between(2, magnitudeBins, int.MaxValue, nameof(magnitudeBins));

    /// <summary>The number of magnitude bins.</summary>
    public int MagnitudeBins { get; }

    internal override void Change(ImageBuffer buffer, ref ImageRandom random)
    {
        AugmentationRange range = AugmentationSpaces.TrivialAugmentWide[random.Below(AugmentationSpaces.TrivialAugmentWide.Count)];
        Run(buffer, range, random.Below(MagnitudeBins), MagnitudeBins, random.Happens(0.5));
    }
}
