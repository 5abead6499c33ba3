namespace MLTransfer.Imaging.Decoding;

/// <summary>The data that cameras put beside an image.</summary>
internal static class Exif
{
    /// <summary>
    /// How the image is to be shown; <see cref="Orientation.AsStored"/> when the data does not say, is cut short or lies.
    /// </summary>
    /// <param name="data">TIFF data, with or without the six bytes that precede it in JPEG files.</param>
    internal static Orientation OrientationIn(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> tiff = data.StartsWith("Exif\0\0"u8) ? data[6..] : data;
        return Orientations.Of(TiffDirectory.First(tiff).Number(TiffDirectory.Orientation) ?? 0);
    }
}
