namespace MLTransfer.Imaging;

/// <summary>A transform that computes new pixels.</summary>
public abstract record PixelTransform : PictureTransform
{
    private protected PixelTransform()
    {
    }

    /// <summary>Changes the pixels, in place or by a draft that is accepted.</summary>
    internal abstract void Change(Canvas canvas, ref PictureRandom random);

    internal override PictureSize? SizeAfter(PictureSize? before) => before;
}
