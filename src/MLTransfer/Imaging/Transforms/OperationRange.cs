namespace MLTransfer.Imaging.Transforms;

/// <summary>How strong an operation is.</summary>
/// <param name="bin">Which of the strengths, from 0.</param>
/// <param name="bins">How many strengths there are.</param>
/// <param name="size">The image's.</param>
internal delegate double Magnitude(int bin, int bins, ImageDimensions size);

/// <summary>An operation and its strengths.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Magnitude">Its strengths.</param>
/// <param name="Signed">Whether chance decides between two directions.</param>
internal sealed record OperationRange(Operation Operation, Magnitude Magnitude, bool Signed)
{
    internal static OperationRange Of(Operation operation) => new(operation, (_, _, _) => 0, false);

    /// <summary>Equal steps from one strength to another.</summary>
    internal static OperationRange Falling(Operation operation, double first, double last) =>
        new(operation, (bin, bins, _) => Step(first, last, bin, bins), false);

    /// <summary>Equal steps from nothing to some strength, either way.</summary>
    internal static OperationRange UpTo(Operation operation, double last) => UpTo(operation, _ => last);

    /// <summary>Equal steps from nothing to some strength, either way.</summary>
    internal static OperationRange UpTo(Operation operation, Func<ImageDimensions, double> last) =>
        new(operation, (bin, bins, size) => Step(0, last(size), bin, bins), true);

    /// <summary>Fewer and fewer bits.</summary>
    internal static OperationRange Bits(int most, int least) =>
        new(Operation.Posterize, (bin, bins, _) => most - MathF.Round(bin / (float)((bins - 1) / (double)(most - least))), false);

    // The bits of torch's linspace on processors with AVX2: a factor that is a hair smaller cuts a level off many pixels. It starts from
    // the nearer
    // end, takes sixteen numbers at once where there are as many, and then starts from every eighth only.
    private static double Step(double first, double last, int bin, int bins)
    {
        float start = (float)first, end = (float)last, step = (end - start) / (bins - 1);
        int near = bin < bins / 16 * 16 ? bin / 8 * 8 : bin;
        float from = near < bins / 2 ? MathF.FusedMultiplyAdd(step, near, start) : MathF.FusedMultiplyAdd(-step, bins - 1 - near, end);
        return from + step * (bin - near);
    }
}
