using System.Buffers;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>Applies transforms one after another; crops, flips and resizes in a row cost one resampling.</summary>
internal static class TransformPipeline
{
    /// <summary>The size of every result; null where it depends on the image.</summary>
    internal static ImageDimensions? SizeAfter(IEnumerable<ImageTransform> transforms) =>
        transforms.Aggregate<ImageTransform, ImageDimensions?>(null, (size, transform) => transform.SizeAfter(size));

    internal static Image Apply(IReadOnlyList<ImageTransform> transforms, DecodedPixels pixels, ref ImageRandom random)
    {
        using ImageBuffer buffer = new();
        PixelView source = pixels.View;
        CropResizePlan plan = Run(transforms, ref source, buffer, ref random);
        byte[] target = GC.AllocateUninitializedArray<byte>(ImageBuffer.LengthOf(plan.Size, source.Size));
        plan.Render(source, target);
        return new Image(plan.Size.Width, plan.Size.Height, target);
    }

    internal static void Apply(
        IReadOnlyList<ImageTransform> transforms, DecodedPixels pixels, ref ImageRandom random, Span<byte> target) =>
        Apply(transforms, pixels.View, ref random, target);

    /// <param name="transforms">The transforms.</param>
    /// <param name="source">The image.</param>
    /// <param name="random">The random numbers of the image.</param>
    /// <param name="target">Receives the pixels; exactly as many bytes as <see cref="SizeAfter"/> implies.</param>
    internal static void Apply(IReadOnlyList<ImageTransform> transforms, PixelView source, ref ImageRandom random, Span<byte> target)
    {
        using ImageBuffer buffer = new();
        CropResizePlan plan = Run(transforms, ref source, buffer, ref random);
        if ((long)plan.Size.Width * plan.Size.Height * 3 != target.Length)
            throw new InvalidOperationException(
                $"The transforms made an image of {plan.Size.Width} x {plan.Size.Height} pixels, not of the size that they promised for "
                + "every image.");
        plan.Render(source, target);
    }

    /// <summary>Applies one transform to a buffer.</summary>
    internal static void Apply(ImageTransform transform, ImageBuffer buffer, ref ImageRandom random)
    {
        PixelView source = buffer.View;
        CropResizePlan plan = Run([transform], ref source, buffer, ref random);
        if (plan != buffer.Whole)
            buffer.Render(source, plan);
    }

    /// <summary>
    /// Returns the plan that remains to be rendered from <paramref name="source"/>, which becomes the buffer as soon as a transform needs
    /// pixels.
    /// </summary>
    private static CropResizePlan Run(
        IReadOnlyList<ImageTransform> transforms, ref PixelView source, ImageBuffer buffer, ref ImageRandom random)
    {
        var plan = CropResizePlan.Whole(source.Size);
        for (int i = 0; i < transforms.Count; i++)
        {
            ImageTransform transform = transforms[i];
            if (transform.Plan(plan, ref random) is { } extended)
            {
                plan = extended;
                continue;
            }
            if (buffer.Size == default || plan != buffer.Whole)
                buffer.Render(source, plan);
            if (transform.Plan(buffer.Whole, ref random) is { } fresh)
            {
                plan = fresh;
            }
            else
            {
                transform.Change(buffer, ref random);
                plan = buffer.Whole;
            }
            source = buffer.View;
        }
        return plan;
    }
}

/// <summary>
/// An image while transforms change it: red, green, blue of each pixel, row after row without gaps, in rented memory, with a back buffer
/// for what cannot be computed in place.
/// </summary>
internal sealed class ImageBuffer : IDisposable
{
    // Denial-of-service bound on transforms from a model file: four times the pixels of the largest input of a network.
    private const int MostPixels = 1 << 26;

    private byte[] _pixels = [];
    private byte[] _back = [];
    private ImageDimensions _backSize;

    internal ImageDimensions Size { get; private set; }

    internal int Width => Size.Width;

    internal int Height => Size.Height;

    /// <summary>The plan that leaves the image as it is.</summary>
    internal CropResizePlan Whole => CropResizePlan.Whole(Size);

    internal Span<byte> Pixels => _pixels.AsSpan(0, Width * Height * 3);

    /// <summary>One byte more, of undefined value, so that the last pixel can be read as four bytes, too.</summary>
    internal ReadOnlySpan<byte> PixelsAndOneByte => _pixels.AsSpan(0, Width * Height * 3 + 1);

    internal PixelView View => new(Pixels, Width, Height, PixelLayout.Rgb);

    internal Image ToImage() => new(Width, Height, Pixels.ToArray());

    /// <summary>The back buffer in the size of the image; its content is undefined and becomes the image with <see cref="Swap"/>.</summary>
    internal Span<byte> Back() => Back(Size);

    /// <summary>The back buffer in another size.</summary>
    /// <exception cref="ImageException">The size is larger than transforms may make an image.</exception>
    internal Span<byte> Back(ImageDimensions size) => Back(size, Size);

    private Span<byte> Back(ImageDimensions size, ImageDimensions before)
    {
        int length = LengthOf(size, before);
        if (_back.Length <= length)
        {
            Return(_back);
            _back = ArrayPool<byte>.Shared.Rent(length + 1);
        }
        _backSize = size;
        return _back.AsSpan(0, length);
    }

    /// <summary>Makes the back buffer the image.</summary>
    internal void Swap()
    {
        (_pixels, _back) = (_back, _pixels);
        Size = _backSize;
    }

    /// <summary>Replaces the image by the result of a plan for a source, which may be this image.</summary>
    internal void Render(PixelView source, in CropResizePlan plan)
    {
        plan.Render(source, Back(plan.Size, source.Size));
        Swap();
    }

    /// <summary>Replaces the image.</summary>
    internal void Set(Image image)
    {
        image.Pixels.CopyTo(Back(image.Size));
        Swap();
    }

    /// <summary>Bytes of an image of red, green and blue.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="before">The size of the image it is made from: what was allowed to be large may stay so.</param>
    /// <exception cref="ImageException">There would be no pixels, or too many.</exception>
    internal static int LengthOf(ImageDimensions size, ImageDimensions before)
    {
        long pixels = (long)size.Width * size.Height, most = Math.Max(MostPixels, (long)before.Width * before.Height);
        return pixels > 0 && pixels <= most
            ? (int)(pixels * 3)
            : throw new ImageException(
                "image", $"its transforms would make {size.Width} x {size.Height} pixels of it; {most} are possible");
    }

    public void Dispose()
    {
        Return(_pixels);
        Return(_back);
        (_pixels, _back, Size) = ([], [], default);
    }

    private static void Return(byte[] rented)
    {
        if (rented.Length > 0)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
