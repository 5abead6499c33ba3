namespace MLTransfer.Imaging.Transforms;

/// <summary>A transform that changes some images and leaves the others as they are.</summary>
public abstract record OccasionalTransform : PixelTransform
{
    private protected OccasionalTransform(double probability) =>
        Probability = Setting.Share(probability, nameof(probability));

    /// <summary>How often images are changed, from 0 (never) to 1 (always).</summary>
    public double Probability { get; }

    internal sealed override void Change(Canvas canvas, ref ImageRandom random)
    {
        if (random.Happens(Probability))
            Change(canvas);
    }

    private protected abstract void Change(Canvas canvas);
}
