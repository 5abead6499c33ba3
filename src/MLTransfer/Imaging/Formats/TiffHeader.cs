namespace MLTransfer.Imaging.Formats;

/// <summary>Reads the first page's tags of a TIFF file, and refuses what would make libtiff take memory beyond the picture's own.</summary>
internal static class TiffHeader
{
    private const ushort WidthTag = 256, HeightTag = 257, BitsTag = 258, CompressionTag = 259, SamplesTag = 277, TileWidthTag = 322, TileHeightTag = 323;
    private const int MostSamples = 8, MostBits = 64;

    // None, CCITT, LZW, JPEG, Deflate (two numbers), PackBits, LZMA, Zstandard, WebP.
    private static readonly uint[] Compressions = [1, 2, 3, 4, 5, 7, 8, 32946, 32773, 34925, 50000, 50001];

    /// <returns>Nothing when there is no size.</returns>
    /// <exception cref="PictureException">The file is compressed in a way that is not read, or its pixels are absurdly large.</exception>
    internal static PictureHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        var directory = TiffDirectory.First(bytes);
        if (directory.Number(WidthTag) is not { } width || directory.Number(HeightTag) is not { } height || width > int.MaxValue || height > int.MaxValue)
            return null;
        uint compression = directory.Number(CompressionTag) ?? 1, samples = directory.Number(SamplesTag) ?? 1, bits = directory.Number(BitsTag) ?? 1;
        if (!Compressions.Contains(compression))
            throw new PictureException(name, $"it is a TIFF picture compressed by method {compression}, which is not read. Save it with LZW or Deflate compression, or as PNG");
        if (samples > MostSamples || bits > MostBits)
            throw new PictureException(name, $"it declares {samples} values of {bits} bits per pixel; at most {MostSamples} of {MostBits} are read");
        if ((ulong)(directory.Number(TileWidthTag) ?? 0) * (directory.Number(TileHeightTag) ?? 0) > RoomFor(width, height))
            throw new PictureException(name, $"its tiles are far larger than its {width} x {height} pixels");
        return new PictureHeader(PictureFormat.Tiff, (int)width, (int)height, IsComplete: true)
        {
            Orientation = Orientations.Of(directory.Number(TiffDirectory.Orientation) ?? 0),
        };
    }

    // A small picture may lie in one tile of a usual size.
    private static ulong RoomFor(uint width, uint height) => Math.Max(4UL * width * height, 4096 * 4096);
}
