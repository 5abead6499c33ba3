using MLTransfer.Imaging.Formats;

namespace MLTransfer.Imaging.Codecs;

/// <summary>TIFF through the system's libtiff, which ML.NET's pictures do not come with.</summary>
internal static class TiffCodec
{
    /// <summary>Pixels with colours premultiplied by alpha.</summary>
    /// <exception cref="ArgumentException">The data is damaged, or of a kind that libtiff does not read.</exception>
    /// <exception cref="PictureException">There is no libtiff.</exception>
    internal static PixelMemory Decode(string name, ReadOnlySpan<byte> encoded, PictureHeader header, bool hasLibrary)
    {
        if (!hasLibrary)
            throw new PictureException(name, "it is a TIFF picture, and this machine lacks libtiff, which reads them. Install it (Debian: apt-get install libtiff6), or save the picture as PNG");
        PixelMemory pixels = new(header.Width, header.Height);
        if (TiffLibrary.Decode(encoded, pixels, (int)header.Orientation) is not { } complaint)
            return pixels;
        pixels.Dispose();
        throw new ArgumentException(complaint);
    }
}
