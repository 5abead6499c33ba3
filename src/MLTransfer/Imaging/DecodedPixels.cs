using Microsoft.ML.Data;
using MLTransfer.Imaging.Resampling;

namespace MLTransfer.Imaging;

/// <summary>A picture's pixels in the memory they were decoded to, so that cutting and resizing need no copy of all of them.</summary>
internal sealed class DecodedPixels : IDisposable
{
    private readonly Picture? _picture;
    private readonly MLImage? _image;

    internal DecodedPixels(Picture picture) => _picture = picture;

    internal DecodedPixels(MLImage image) => _image = image;

    internal PixelView View => _picture is not null
        ? new PixelView(_picture.Pixels, _picture.Width, _picture.Height, PixelLayout.Rgb)
        : new PixelView(_image!.Pixels, _image.Width, _image.Height, _image.PixelFormat == MLPixelFormat.Bgra32 ? PixelLayout.Bgra : PixelLayout.Rgba);

    internal Picture ToPicture()
    {
        if (_picture is not null)
            return _picture;
        PixelView view = View;
        byte[] pixels = GC.AllocateUninitializedArray<byte>(checked(view.Width * view.Height * 3));
        PixelOrder.ToRgb(view.Bytes, pixels, view.Layout);
        return new Picture(view.Width, view.Height, pixels);
    }

    /// <summary>The picture seen on white where it is transparent; disposes this one.</summary>
    internal DecodedPixels OnWhite()
    {
        using (this)
        {
            Picture picture = ToPicture();
            ReadOnlySpan<byte> source = View.Bytes;
            Span<byte> target = picture.Pixels;
            // Colours are premultiplied by alpha, so white adds what alpha leaves of it.
            for (int from = 3, to = 0; from < source.Length; from += 4, to += 3)
            {
                int white = 255 - source[from];
                if (white == 0)
                    continue;
                for (int colour = to; colour < to + 3; colour++)
                    target[colour] = (byte)Math.Min(255, target[colour] + white);
            }
            return new DecodedPixels(picture);
        }
    }

    public void Dispose() => _image?.Dispose();
}
