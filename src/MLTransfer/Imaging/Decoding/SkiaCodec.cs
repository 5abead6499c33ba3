using System.Buffers;
using SkiaSharp;

namespace MLTransfer.Imaging.Decoding;

/// <summary>
/// What Skia reads: JPEG, PNG, WebP and GIF. Its codec is asked itself, because <c>MLImage</c> and <c>SKBitmap</c> take an image that ends
/// too early for a whole one.
/// </summary>
internal static class SkiaCodec
{
    /// <summary>Pixels with colours premultiplied by alpha; of an animation the first frame.</summary>
    /// <exception cref="ArgumentException">The data is damaged or ends too early.</exception>
    internal static unsafe PixelMemory Decode(ReadOnlyMemory<byte> encoded, in ImageHeader header)
    {
        using MemoryHandle pinned = encoded.Pin();
        using SKData data = SKData.Create((nint)pinned.Pointer, encoded.Length);
        using SKCodec? codec = SKCodec.Create(data);
        if (codec is null)
            throw new ArgumentException("its header cannot be decoded");
        SKImageInfo info = codec.Info;
        // The limits were checked with the size in the header.
        if (info.Width > header.Width || info.Height > header.Height)
            throw new ArgumentException($"it declares {header.Width} x {header.Height} pixels and holds {info.Width} x {info.Height}");
        SKAlphaType alpha = info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Premul;
        PixelMemory pixels = new(info.Width, info.Height);
        SKCodecResult result;
        fixed (byte* target = pixels.Bytes)
            result = codec.GetPixels(new SKImageInfo(info.Width, info.Height, SKColorType.Rgba8888, alpha), (nint)target);
        if (result == SKCodecResult.Success)
            return pixels;
        pixels.Dispose();
        throw new ArgumentException(result == SKCodecResult.IncompleteInput
            ? "it is cut short: not all of its pixels are there" : $"decoding ended with {result}");
    }
}
