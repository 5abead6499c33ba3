using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Applies transforms one after another, computing as few pixels as possible.</summary>
internal static class TransformChain
{
    /// <summary>The size of every result, or nothing when it depends on the image.</summary>
    internal static ImageDimensions? SizeAfter(IEnumerable<ImageTransform> transforms) =>
        transforms.Aggregate<ImageTransform, ImageDimensions?>(null, (size, transform) => transform.SizeAfter(size));

    internal static Image Apply(IReadOnlyList<ImageTransform> transforms, DecodedPixels pixels, ref ImageRandom random)
    {
        using Canvas canvas = new();
        PixelView source = pixels.View;
        Framing framing = Run(transforms, ref source, canvas, ref random);
        byte[] target = GC.AllocateUninitializedArray<byte>(
            Canvas.LengthOf(framing.Size, new ImageDimensions(source.Width, source.Height)));
        Renderer.Render(source, framing, target);
        return new Image(framing.Size.Width, framing.Size.Height, target);
    }

    /// <param name="transforms">What to do.</param>
    /// <param name="pixels">The image.</param>
    /// <param name="random">Where chance comes from.</param>
    /// <param name="target">Exactly the size that <see cref="SizeAfter"/> gives.</param>
    internal static void Apply(IReadOnlyList<ImageTransform> transforms, DecodedPixels pixels, ref ImageRandom random, Span<byte> target)
    {
        using Canvas canvas = new();
        PixelView source = pixels.View;
        Framing framing = Run(transforms, ref source, canvas, ref random);
        Renderer.Render(source, framing, target);
    }

    /// <summary>Applies a transform of any kind.</summary>
    internal static void Change(Canvas canvas, ImageTransform transform, ref ImageRandom random)
    {
        PixelView source = canvas.View;
        Framing framing = Run([transform], ref source, canvas, ref random);
        if (framing != canvas.Whole)
            canvas.Show(source, framing);
    }

    /// <summary>
    /// What is seen in the end of <paramref name="source"/>, which becomes the canvas as soon as a transform needs pixels.
    /// </summary>
    private static Framing Run(IReadOnlyList<ImageTransform> transforms, ref PixelView source, Canvas canvas, ref ImageRandom random)
    {
        Framing framing = Framing.Whole(source.Width, source.Height);
        for (int i = 0; i < transforms.Count; i++)
        {
            if (transforms[i] is FramingTransform early && early.Frame(framing, ref random) is { } next)
            {
                framing = next;
                continue;
            }
            if (canvas.Size == default || framing != canvas.Whole)
                canvas.Show(source, framing);
            if (transforms[i] is PixelTransform change)
                change.Change(canvas, ref random);
            framing = transforms[i] is FramingTransform late ? late.Frame(canvas, ref random) : canvas.Whole;
            source = canvas.View;
        }
        return framing;
    }
}
