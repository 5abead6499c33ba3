using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML.Data;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;
using SkiaSharp;

namespace MLTransfer.Imaging;

/// <summary>
/// Pixels in the memory that the decoder wrote, so that cropping and resizing need no full copy: pooled memory of four bytes per pixel
/// (red, green, blue, alpha; rows without gaps), which <see cref="Dispose"/> returns, or an <see cref="Image"/>.
/// </summary>
internal sealed class DecodedPixels : IDisposable
{
    private const uint Opaque = 0xFF000000;

    private readonly Image? _image;
    private readonly ImageDimensions _size;
    private readonly int _reduction = 1;
    private byte[]? _pooled;

    internal DecodedPixels(Image image) => _image = image;

    /// <summary>Copies the colors of an image of ML.NET, without its alpha.</summary>
    internal DecodedPixels(MLImage image)
    {
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(image.Width * image.Height * 3));
        PixelOrder.ToRgb(image.Pixels, pixels, image.PixelFormat == MLPixelFormat.Bgra32 ? PixelLayout.Bgra : PixelLayout.Rgba);
        _image = new Image(image.Width, image.Height, pixels);
    }

    /// <summary>Rents memory for an image; its content is undefined.</summary>
    /// <param name="size">The size of the image.</param>
    /// <param name="reduction">How many of the image's pixels, in both directions, each pixel in memory stands for.</param>
    internal DecodedPixels(ImageDimensions size, int reduction = 1)
    {
        (_size, _reduction) = (size, reduction);
        (Width, Height) = (PixelView.Stored(size.Width, reduction), PixelView.Stored(size.Height, reduction));
        _pooled = ArrayPool<byte>.Shared.Rent(checked(Width * Height * 4));
    }

    /// <summary>Pixels in a row of pooled memory.</summary>
    internal int Width { get; }

    /// <summary>Rows of pooled memory.</summary>
    internal int Height { get; }

    /// <summary>The pooled memory.</summary>
    internal Span<byte> Bytes => _pooled.AsSpan(0, Width * Height * 4);

    /// <summary>The pooled memory, a pixel at a time: red is the lowest byte.</summary>
    internal Span<uint> Pixels => MemoryMarshal.Cast<byte, uint>(Bytes);

    internal PixelView View => _image is null
        ? new PixelView(Bytes, _size.Width, _size.Height, PixelLayout.Rgba, _reduction)
        : new PixelView(_image.Pixels, _image.Width, _image.Height, PixelLayout.Rgb);

    /// <summary>A row of pooled memory.</summary>
    internal Span<byte> Row(int y) => Bytes.Slice(y * Width * 4, Width * 4);

    internal Image ToImage()
    {
        if (_image is not null)
            return _image;
        PixelView view = View;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(view.Width * view.Height * 3));
        PixelOrder.ToRgb(view.Bytes, pixels, view.Layout);
        return new Image(view.Width, view.Height, pixels);
    }

    /// <summary>Composes pooled pixels, whose colors are premultiplied by alpha, over a background.</summary>
    internal void ComposeOver(Color background)
    {
        if (IsOpaque())
            return;
        Span<byte> pixels = Bytes;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            int transparency = byte.MaxValue - pixels[i + 3];
            if (transparency == 0)
                continue;
            pixels[i] = Add(pixels[i], Multiply(background.Red, transparency));
            pixels[i + 1] = Add(pixels[i + 1], Multiply(background.Green, transparency));
            pixels[i + 2] = Add(pixels[i + 2], Multiply(background.Blue, transparency));
            pixels[i + 3] = byte.MaxValue;
        }
    }

    /// <summary>Multiplies the colors of pooled pixels by their alpha.</summary>
    internal void Premultiply()
    {
        if (IsOpaque())
            return;
        Span<byte> pixels = Bytes;
        for (int i = 0; i < pixels.Length; i += 4)
        {
            for (int color = i; color < i + 3; color++)
                pixels[color] = Multiply(pixels[color], pixels[i + 3]);
        }
    }

    /// <summary>Rotates and mirrors pooled pixels as EXIF asks; these are disposed, or returned unchanged.</summary>
    internal DecodedPixels Orient(SKEncodedOrigin orientation)
    {
        if (orientation == SKEncodedOrigin.TopLeft)
            return this;
        using (this)
        {
            DecodedPixels shown = new(ExifOrientation.SizeShown(orientation, _size), _reduction);
            ExifOrientation.Apply(orientation, Pixels, Width, Height, shown.Pixels);
            return shown;
        }
    }

    public void Dispose()
    {
        if (_pooled is not null)
            ArrayPool<byte>.Shared.Return(_pooled);
        _pooled = null;
    }

    /// <summary>value · factor / 255, rounded.</summary>
    internal static byte Multiply(int value, int factor) => (byte)((value * factor + 127) / 255);

    private static byte Add(int one, int other) => (byte)Math.Min(byte.MaxValue, one + other);

    private bool IsOpaque()
    {
        ReadOnlySpan<uint> rest = Pixels;
        for (; rest.Length >= Vector256<uint>.Count; rest = rest[Vector256<uint>.Count..])
        {
            if ((Vector256.Create(rest) & Vector256.Create(Opaque)) != Vector256.Create(Opaque))
                return false;
        }
        foreach (uint pixel in rest)
        {
            if ((pixel & Opaque) != Opaque)
                return false;
        }
        return true;
    }
}
