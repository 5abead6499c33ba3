using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>Applies transforms one after another, computing as few pixels as possible.</summary>
internal static class TransformChain
{
    /// <summary>The size of every result, or nothing when it depends on the picture.</summary>
    internal static PictureSize? SizeAfter(IEnumerable<PictureTransform> transforms) =>
        transforms.Aggregate<PictureTransform, PictureSize?>(null, (size, transform) => transform.SizeAfter(size));

    internal static Picture Apply(IReadOnlyList<PictureTransform> transforms, DecodedPixels pixels, ref PictureRandom random)
    {
        DecodedPixels source = pixels;
        Framing framing = FramingOf(transforms, ref source, ref random);
        return Rendered(source, framing);
    }

    /// <param name="transforms">What to do.</param>
    /// <param name="pixels">The picture.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="target">Exactly the size that <see cref="SizeAfter"/> gives.</param>
    internal static void Apply(IReadOnlyList<PictureTransform> transforms, DecodedPixels pixels, ref PictureRandom random, Span<byte> target)
    {
        DecodedPixels source = pixels;
        Framing framing = FramingOf(transforms, ref source, ref random);
        Renderer.Render(source.View, framing, target);
    }

    /// <summary>What all transforms together show; <paramref name="source"/> becomes an intermediate picture where they cannot be done at once.</summary>
    private static Framing FramingOf(IReadOnlyList<PictureTransform> transforms, ref DecodedPixels source, ref PictureRandom random)
    {
        Framing framing = Whole(source);
        foreach (PictureTransform transform in transforms)
        {
            if (transform.Frame(framing, ref random) is { } next)
            {
                framing = next;
                continue;
            }
            source = new DecodedPixels(Rendered(source, framing));
            framing = transform.Frame(Whole(source), ref random)!.Value;
        }
        return framing;
    }

    private static Framing Whole(DecodedPixels source) => Framing.Whole(source.View.Width, source.View.Height);

    private static Picture Rendered(DecodedPixels source, in Framing framing)
    {
        (int width, int height) = framing.Size;
        if ((long)width * height * 3 > Array.MaxLength)
            throw new PictureException("picture", $"it would become {width} x {height} pixels, more than a picture can have");
        byte[] pixels = GC.AllocateUninitializedArray<byte>(width * height * 3);
        Renderer.Render(source.View, framing, pixels);
        return new Picture(width, height, pixels);
    }
}
