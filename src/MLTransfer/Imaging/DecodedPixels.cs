using System.Runtime.InteropServices;
using Microsoft.ML.Data;
using MLTransfer.Imaging.Codecs;
using MLTransfer.Imaging.Formats;
using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>A picture's pixels in the memory they were decoded to, so that cutting and resizing need no copy of all of them.</summary>
internal sealed class DecodedPixels : IDisposable
{
    private readonly Picture? _picture;
    private readonly MLImage? _image;
    private readonly PixelMemory? _memory;

    internal DecodedPixels(Picture picture) => _picture = picture;

    internal DecodedPixels(MLImage image) => _image = image;

    internal DecodedPixels(PixelMemory memory) => _memory = memory;

    internal PixelView View => this switch
    {
        { _memory: { } memory } => new PixelView(memory.Bytes, memory.Width, memory.Height, PixelLayout.Rgba),
        { _image: { } image } => new PixelView(image.Pixels, image.Width, image.Height, image.PixelFormat == MLPixelFormat.Bgra32 ? PixelLayout.Bgra : PixelLayout.Rgba),
        _ => new PixelView(_picture!.Pixels, _picture.Width, _picture.Height, PixelLayout.Rgb),
    };

    internal Picture ToPicture()
    {
        if (_picture is not null)
            return _picture;
        PixelView view = View;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(view.Width * view.Height * 3));
        PixelOrder.ToRgb(view.Bytes, pixels, view.Layout);
        return new Picture(view.Width, view.Height, pixels);
    }

    /// <summary>The picture seen before a background where it is transparent. Its pixels have four bytes; this one is disposed or returned.</summary>
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

    /// <summary>The picture as it is to be shown. Its pixels have four bytes; this one is disposed or returned.</summary>
    internal DecodedPixels Turned(Orientation orientation)
    {
        if (orientation == Orientation.AsStored)
            return this;
        using (this)
        {
            PixelView view = View;
            PictureSize shown = orientation.Shown(view.Width, view.Height);
            PixelMemory memory = new(shown.Width, shown.Height);
            Turning.Turn(MemoryMarshal.Cast<byte, uint>(view.Bytes), view.Width, view.Height, orientation, memory.Pixels);
            if (view.Layout == PixelLayout.Bgra)
                PixelOrder.ExchangeRedAndBlue(memory.Bytes);
            return new DecodedPixels(memory);
        }
    }

    public void Dispose()
    {
        _image?.Dispose();
        _memory?.Dispose();
    }
}
