using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>A transform that only chooses what is seen of an image and how large: several in a row cost one resampling.</summary>
public abstract record FramingTransform : ImageTransform
{
    private protected FramingTransform()
    {
    }

    /// <summary>
    /// What this transform makes of a framing; nothing, before it used any chance, when it needs the framing's pixels first.
    /// </summary>
    internal abstract Framing? Frame(Framing framing, ref ImageRandom random);

    /// <summary>What it makes of pixels, which it may change first.</summary>
    internal virtual Framing Frame(Canvas canvas, ref ImageRandom random) => Frame(canvas.Whole, ref random)!.Value;
}
