namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Does one operation, chosen at random as its strength is (Müller and Hutter, 2021): nothing to tune. As torchvision's
/// <c>TrivialAugmentWide</c>.
/// </summary>
public sealed record TrivialAugmentWide : AugmentationPolicy
{
    /// <summary>Creates the transform.</summary>
    /// <param name="numMagnitudeBins">How many strengths there are, at least 2. Default 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2.</exception>
    public TrivialAugmentWide(int numMagnitudeBins = 31)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numMagnitudeBins, 2);
        NumMagnitudeBins = numMagnitudeBins;
    }

    /// <summary>How many strengths there are.</summary>
    public int NumMagnitudeBins { get; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        OperationRange choice = OperationSpaces.TrivialAugmentWide[random.Below(OperationSpaces.TrivialAugmentWide.Count)];
        Do(canvas, choice, random.Below(NumMagnitudeBins), NumMagnitudeBins, random.Happens(0.5));
    }
}
