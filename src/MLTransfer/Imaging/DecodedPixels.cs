using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using MLTransfer.Imaging.Decoding;
using MLTransfer.Imaging.Kernels;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>An image's pixels in the memory they were decoded to, so that cutting and resizing need no copy of all of them.</summary>
internal sealed class DecodedPixels : IDisposable
{
    private readonly Image? _image;
    private readonly MLImage? _mlImage;
    private readonly PixelMemory? _memory;
    private readonly ImageDimensions _size;
    private readonly int _reduction = 1;

    internal DecodedPixels(Image image) => _image = image;

    internal DecodedPixels(MLImage image) => _mlImage = image;

    internal DecodedPixels(PixelMemory memory) => (_memory, _size) = (memory, new ImageDimensions(memory.Width, memory.Height));

    /// <param name="memory">The pixels that there are.</param>
    /// <param name="size">The size that the image would have, were it not reduced.</param>
    /// <param name="reduction">How many of its pixels, in both directions, each of them stands for.</param>
    internal DecodedPixels(PixelMemory memory, ImageDimensions size, int reduction) =>
        (_memory, _size, _reduction) = (memory, size, reduction);

    internal PixelView View => this switch
    {
        { _memory: { } memory } => new PixelView(memory.Bytes, _size.Width, _size.Height, PixelLayout.Rgba, _reduction),
        { _mlImage: { } image } => new PixelView(
        image.Pixels, image.Width, image.Height, image.PixelFormat == MLPixelFormat.Bgra32 ? PixelLayout.Bgra : PixelLayout.Rgba),
        _ => new PixelView(_image!.Pixels, _image.Width, _image.Height, PixelLayout.Rgb),
    };

    internal Image ToImage()
    {
        if (_image is not null)
            return _image;
        PixelView view = View;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(view.Width * view.Height * 3));
        PixelOrder.ToRgb(view.Bytes, pixels, view.Layout);
        return new Image(view.Width, view.Height, pixels);
    }

    /// <summary>
    /// The image seen before a background where it is transparent. Its pixels have four bytes; this one is disposed or returned.
    /// </summary>
    internal DecodedPixels Before(Color background)
    {
        PixelView view = View;
        if (Transparency.IsOpaque(view.Bytes))
            return this;
        using (this)
        {
            PixelMemory memory = new(view.Width, view.Height);
            Transparency.Compose(view, background, memory.Bytes);
            return new DecodedPixels(memory);
        }
    }

    /// <summary>The image as it is to be shown. Its pixels have four bytes; this one is disposed or returned.</summary>
    internal DecodedPixels Turned(Orientation orientation)
    {
        if (orientation == Orientation.AsStored)
            return this;
        using (this)
        {
            PixelView view = View;
            int width = PixelView.Stored(view.Width, view.Reduction), height = PixelView.Stored(view.Height, view.Reduction);
            ImageDimensions shown = orientation.Shown(width, height);
            PixelMemory memory = new(shown.Width, shown.Height);
            Turning.Turn(MemoryMarshal.Cast<byte, uint>(view.Bytes), width, height, orientation, memory.Pixels);
            if (view.Layout == PixelLayout.Bgra)
                PixelOrder.ExchangeRedAndBlue(memory.Bytes);
            return new DecodedPixels(memory, orientation.Shown(view.Width, view.Height), view.Reduction);
        }
    }

    public void Dispose()
    {
        _mlImage?.Dispose();
        _memory?.Dispose();
    }
}
