using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>Something done to a picture before a network sees it. Immutable; chance comes in from outside.</summary>
public abstract record PictureTransform
{
    /// <summary>The transformed picture, as a new one.</summary>
    /// <param name="picture">The picture, left as it is.</param>
    /// <param name="random">Where chance comes from, for the transforms that use it.</param>
    /// <exception cref="PictureException">The result would be larger than a picture can be.</exception>
    public Picture Apply(Picture picture, ref PictureRandom random)
    {
        ArgumentNullException.ThrowIfNull(picture);
        using DecodedPixels pixels = new(picture);
        return TransformChain.Apply([this], pixels, ref random);
    }

    /// <summary>What this transform makes of a framing; nothing, before it used any chance, when it needs the framing's pixels first.</summary>
    internal abstract Framing? Frame(Framing framing, ref PictureRandom random);

    /// <summary>The size it always results in, given what its input always has; nothing where that depends on the picture.</summary>
    internal abstract PictureSize? SizeAfter(PictureSize? before);
}
