namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// Does some operations, chosen at random, all of the same strength (Cubuk et al., 2019). As torchvision's <c>RandAugment</c>.
/// </summary>
public sealed record RandAugment : AugmentationPolicy
{
    private const int MostOperations = 32;

    /// <summary>Creates the transform.</summary>
    /// <param name="numOps">How many operations are done one after another, from 0 to 32. Default 2.</param>
    /// <param name="magnitude">How strong they are, from 0 up to but not including <paramref name="numMagnitudeBins"/>. Default 9.</param>
    /// <param name="numMagnitudeBins">How many strengths there are, at least 2. Default 31.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, there are too many operations, or the magnitude is not below
    /// the number of bins.</exception>
    public RandAugment(int numOps = 2, int magnitude = 9, int numMagnitudeBins = 31)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(numOps);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(numOps, MostOperations);
        ArgumentOutOfRangeException.ThrowIfLessThan(numMagnitudeBins, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(magnitude);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(magnitude, numMagnitudeBins);
        (NumOps, Magnitude, NumMagnitudeBins) = (numOps, magnitude, numMagnitudeBins);
    }

    /// <summary>How many operations are done one after another.</summary>
    public int NumOps { get; }

    /// <summary>How strong they are, from 0 up to but not including <see cref="NumMagnitudeBins"/>.</summary>
    public int Magnitude { get; }

    /// <summary>How many strengths there are.</summary>
    public int NumMagnitudeBins { get; }

    internal override void Change(Canvas canvas, ref ImageRandom random)
    {
        for (int i = 0; i < NumOps; i++)
        {
            OperationRange choice = OperationSpaces.RandAugment[random.Below(OperationSpaces.RandAugment.Count)];
            Do(canvas, choice, Magnitude, NumMagnitudeBins, random.Happens(0.5));
        }
    }
}
