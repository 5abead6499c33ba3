namespace MLTransfer.Imaging.Transforms;

/// <summary>A transform that computes new pixels.</summary>
public abstract record PixelTransform : ImageTransform
{
    private protected PixelTransform()
    {
    }

    /// <summary>Changes the pixels, in place or by a draft that is accepted.</summary>
    internal abstract void Change(Canvas canvas, ref ImageRandom random);

    internal override ImageDimensions? SizeAfter(ImageDimensions? before) => before;
}
