using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>A transform that only chooses what is seen of a picture and how large: several in a row cost one resampling.</summary>
public abstract record FramingTransform : PictureTransform
{
    private protected FramingTransform()
    {
    }

    /// <summary>What this transform makes of a framing; nothing, before it used any chance, when it needs the framing's pixels first.</summary>
    internal abstract Framing? Frame(Framing framing, ref PictureRandom random);

    /// <summary>What it makes of pixels, which it may change first.</summary>
    internal virtual Framing Frame(Canvas canvas, ref PictureRandom random) => Frame(canvas.Whole, ref random)!.Value;
}
