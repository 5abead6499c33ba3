namespace MLTransfer.Imaging.Transforms;

/// <summary>Chooses among operations on geometry and colour, and how strong they are, by chance.</summary>
public abstract record AugmentationPolicy : PixelTransform
{
    private protected AugmentationPolicy()
    {
    }

    /// <summary>How the geometric operations find pixels between pixels.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Nearest;

    /// <summary>What is seen where the geometric operations move the image away. Default black.</summary>
    public Color Fill { get; init; }

    /// <summary>Does an operation.</summary>
    /// <param name="canvas">The image.</param>
    /// <param name="choice">The operation.</param>
    /// <param name="bin">How strong it is, from 0.</param>
    /// <param name="bins">How many strengths there are.</param>
    /// <param name="negative">Whether it goes the other way, if it has one.</param>
    internal void Do(Canvas canvas, OperationRange choice, int bin, int bins, bool negative)
    {
        double magnitude = choice.Magnitude(bin, bins, canvas.Size);
        choice.Operation.Run(canvas, choice.Signed && negative ? -magnitude : magnitude, Interpolation, Fill);
    }
}
