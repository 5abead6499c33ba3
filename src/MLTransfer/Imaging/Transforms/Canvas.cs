using System.Buffers;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Imaging.Transforms;

/// <summary>
/// An image while transforms change it: red, green, blue of each pixel, row after row without gaps, in borrowed memory, and a second piece
/// of
/// memory for what cannot be computed in place.
/// </summary>
internal sealed class Canvas : IDisposable
{
    // Four times what a network can look at: transforms in a model file that ask for more mean harm.
    private const int MostPixels = 1 << 26;

    private byte[] _pixels = [];
    private byte[] _draft = [];
    private ImageDimensions _draftSize;

    internal ImageDimensions Size { get; private set; }

    internal int Width => Size.Width;

    internal int Height => Size.Height;

    /// <summary>All of it, as it is.</summary>
    internal Framing Whole => Framing.Whole(Width, Height);

    internal Span<byte> Pixels => _pixels.AsSpan(0, Width * Height * 3);

    /// <summary>One byte more, of undefined value, so that the last pixel can be read as four bytes, too.</summary>
    internal ReadOnlySpan<byte> PixelsAndOneByte => _pixels.AsSpan(0, Width * Height * 3 + 1);

    internal PixelView View => new(Pixels, Width, Height, PixelLayout.Rgb);

    /// <summary>Memory of undefined content for the next state of the image, valid until <see cref="Accept"/>.</summary>
    /// <exception cref="ImageException">The size is larger than transforms may make an image.</exception>
    internal Span<byte> Draft(ImageDimensions size) => Draft(size, Size);

    private Span<byte> Draft(ImageDimensions size, ImageDimensions before)
    {
        int length = LengthOf(size, before);
        if (_draft.Length <= length)
        {
            Return(_draft);
            _draft = ArrayPool<byte>.Shared.Rent(length + 1);
        }
        _draftSize = size;
        return _draft.AsSpan(0, length);
    }

    /// <summary>Memory of undefined content for the next state of the image, in the size it has.</summary>
    internal Span<byte> Draft() => Draft(Size);

    /// <summary>The last draft is the image now.</summary>
    internal void Accept()
    {
        (_pixels, _draft) = (_draft, _pixels);
        Size = _draftSize;
    }

    /// <summary>Becomes what a framing shows of an image, which may be this one.</summary>
    internal void Show(PixelView source, in Framing framing)
    {
        Renderer.Render(source, framing, Draft(framing.Size, new ImageDimensions(source.Width, source.Height)));
        Accept();
    }

    /// <summary>Bytes of an image of red, green and blue.</summary>
    /// <param name="size">Its size.</param>
    /// <param name="before">That of the image it is made from: what was allowed to be large may stay so.</param>
    /// <exception cref="ImageException">There would be no pixels, or too many.</exception>
    internal static int LengthOf(ImageDimensions size, ImageDimensions before)
    {
        long pixels = (long)size.Width * size.Height, most = Math.Max(MostPixels, (long)before.Width * before.Height);
        return pixels > 0 && pixels <= most
            ? (int)(pixels * 3)
            : throw new ImageException("image",
            $"its transforms would make {size.Width} x {size.Height} pixels of it; {most} are possible");
    }

    public void Dispose()
    {
        Return(_pixels);
        Return(_draft);
        (_pixels, _draft, Size) = ([], [], default);
    }

    private static void Return(byte[] borrowed)
    {
        if (borrowed.Length > 0)
            ArrayPool<byte>.Shared.Return(borrowed);
    }
}
