namespace MLTransfer.Imaging.Decoding;

/// <summary>The meaning of the values of a TIFF image, numbered as in the tag PhotometricInterpretation.</summary>
internal enum TiffPhotometric
{
    WhiteIsZero = 0,
    BlackIsZero = 1,
    Rgb = 2,
    Palette = 3,
    Cmyk = 5,
    YCbCr = 6,
}

/// <summary>
/// The image that the tags of a TIFF file's first page describe (TIFF 6.0). Parsed before LibTiff.NET opens the file, because that library
/// allocates whatever the tags claim and does not report which kinds of image it cannot convert.
/// </summary>
/// <param name="Image">Size and orientation.</param>
/// <param name="Photometric">The meaning of the values.</param>
/// <param name="Bits">Bits of each value: 1, 2, 4, 8 or 16.</param>
/// <param name="Samples">Values of each pixel: its colors, then the extra ones.</param>
/// <param name="IsPlanar">Whether all first values are stored before all second ones.</param>
/// <param name="Tile">Size of a tile; null where rows are stored in strips.</param>
/// <param name="Palette">All red levels, then green, then blue, 16 bits each; empty without a palette.</param>
internal sealed record TiffHeader(
    ImageHeader Image, TiffPhotometric Photometric, int Bits, int Samples, bool IsPlanar, ImageDimensions? Tile, uint[] Palette)
{
    private const ushort WidthTag = 256, HeightTag = 257, BitsTag = 258, StripOffsetsTag = 273, SamplesTag = 277, RowsPerStripTag = 278,
        StripLengthsTag = 279, PlanesTag = 284, PaletteTag = 320, TileWidthTag = 322, TileHeightTag = 323, TileOffsetsTag = 324,
        TileLengthsTag = 325, InkSetTag = 332, ExtraSamplesTag = 338, SampleFormatTag = 339;
    private const uint AssociatedAlpha = 1, UnassociatedAlpha = 2, Planar = 2, CcittGroup4 = 4, JpegCompression = 7, UnsignedFormat = 1,
        SignedFormat = 2, FloatFormat = 3, UndefinedFormat = 4, CmykInks = 1;
    private const int MaxSamples = 16;
    private const string SaveEight = "save it with 8 or 16 bits a value", SaveRgb = "save it as RGB";

    // None, CCITT, LZW, JPEG, Deflate (two numbers), PackBits.
    private static readonly uint[] Compressions = [1, 2, 3, 4, 5, JpegCompression, 8, 32946, 32773];

    /// <summary>How many of a pixel's values are its colors.</summary>
    internal int ColorCount => ColorsOf(Photometric);

    /// <summary>Which value is the alpha; -1 where none is declared.</summary>
    internal int Alpha { get; private init; } = -1;

    /// <summary>Whether the colors are multiplied by the alpha.</summary>
    internal bool IsPremultiplied { get; private init; }

    /// <returns>Null when there is no size, or the tags contradict each other.</returns>
    /// <exception cref="ImageException">The image is of an unsupported kind, or its tiles are far larger than itself.</exception>
    internal static TiffHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        var directory = TiffDirectory.ReadFirst(bytes);
        if (directory.Number(WidthTag) is not { } width || directory.Number(HeightTag) is not { } height || width > int.MaxValue
            || height > int.MaxValue)
            return null;
        TiffPhotometric photometric = (TiffPhotometric)(directory.Number(TiffDirectory.Photometric) ?? UsualPhotometric(directory));
        uint samples = directory.Number(SamplesTag) ?? 1, bits = directory.Number(BitsTag) ?? 1;
        if (DescribeUnsupported(directory, photometric, (int)Math.Min(samples, ushort.MaxValue), bits) is { } kind)
            throw ImageException.NotSupported(name, $"a TIFF image {kind}");
        bool isPlanar = directory.Number(PlanesTag) == Planar && samples > 1;
        ImageDimensions? tile = TileSize(name, directory, width, height, (UInt128)samples * bits);
        uint[] palette = photometric == TiffPhotometric.Palette ? directory.Numbers(PaletteTag) : [];
        if (samples < ColorsOf(photometric) || photometric == TiffPhotometric.Palette && palette.Length != 3 << (int)bits)
            return null;
        ImageDimensions size = new((int)width, (int)height);
        var image = new ImageHeader(ImageFormat.Tiff, size)
        {
            IsComplete = HasAllParts(directory, size, tile, isPlanar ? samples : 1, bytes.Length),
            Orientation = ExifOrientation.Parse(directory.Number(TiffDirectory.Orientation)),
        };
        TiffHeader header = new(image, photometric, (int)bits, (int)samples, isPlanar, tile, palette);
        return header.WithAlpha(directory.Numbers(ExtraSamplesTag));
    }

    private static ImageDimensions? TileSize(string name, TiffDirectory directory, uint width, uint height, UInt128 bitsPerPixel)
    {
        if (directory.Number(TileWidthTag) is not { } tileWidth || directory.Number(TileHeightTag) is not { } tileHeight)
            return null;
        if (bitsPerPixel * tileWidth * tileHeight / 8 > LargestTile(bitsPerPixel * width * height / 8))
            throw new ImageException(name, $"its tiles are far larger than its {width} x {height} pixels");
        return new ImageDimensions((int)tileWidth, (int)tileHeight);
    }

    private static int ColorsOf(TiffPhotometric photometric) => photometric switch
    {
        TiffPhotometric.Rgb or TiffPhotometric.YCbCr => 3,
        TiffPhotometric.Cmyk => 4,
        _ => 1,
    };

    // The tag is required; files without it are read as other readers do.
    private static uint UsualPhotometric(TiffDirectory directory) => (uint)(
        directory.Number(TiffDirectory.Compression) is > 1 and <= CcittGroup4 ? TiffPhotometric.WhiteIsZero
        : directory.Number(SamplesTag) >= 3 ? TiffPhotometric.Rgb : TiffPhotometric.BlackIsZero);

    // An extra value of an unspecified kind is another band, such as infrared: it is not transparency.
    private TiffHeader WithAlpha(uint[] extra)
    {
        int alpha = Photometric == TiffPhotometric.Cmyk
            ? -1 : Array.FindIndex(extra, kind => kind is AssociatedAlpha or UnassociatedAlpha);
        return alpha < 0 || ColorCount + alpha >= Samples ? this
            : this with { Alpha = ColorCount + alpha, IsPremultiplied = extra[alpha] == AssociatedAlpha };
    }

    /// <summary>Whether the file gives the place of each strip or tile, with lengths that fit: a missing one would be black.</summary>
    private static bool HasAllParts(TiffDirectory directory, ImageDimensions image, ImageDimensions? tile, uint planes, int length)
    {
        if (!directory.IsPlausible || tile is { } size && (size.Width < 1 || size.Height < 1))
            return false;
        long rows = Math.Clamp(directory.Number(RowsPerStripTag) ?? uint.MaxValue, 1, (uint)Math.Max(image.Height, 1));
        long parts = tile is { } each
            ? CeilingDivide(image.Width, each.Width) * CeilingDivide(image.Height, each.Height) : CeilingDivide(image.Height, rows);
        ushort lengthsTag = tile is null ? StripLengthsTag : TileLengthsTag;
        uint[] lengths = directory.Numbers(lengthsTag);
        bool hasLengths = lengths.Length >= parts * planes || !directory.Has(lengthsTag);
        // Parts of honest files do not overlap; decompressing the same bytes again and again would be a denial of service.
        return hasLengths && directory.Numbers(tile is null ? StripOffsetsTag : TileOffsetsTag).Length >= parts * planes
            && lengths.Sum(part => (long)part) <= 2L * length;
    }

    private static long CeilingDivide(long whole, long part) => (whole + part - 1) / part;

    // A small image may be stored in one tile of a usual size.
    private static UInt128 LargestTile(UInt128 image) => UInt128.Max(4 * image, 16 << 20);

    /// <returns>What continues "a TIFF image", with what to do; null where the image is read.</returns>
    private static string? DescribeUnsupported(TiffDirectory directory, TiffPhotometric photometric, int samples, uint bits)
    {
        uint compression = directory.Number(TiffDirectory.Compression) ?? 1;
        if (!Compressions.Contains(compression))
            return $"compressed with {CompressionName(compression)}; save it with LZW or Deflate compression, or as PNG";
        foreach (uint format in directory.Numbers(SampleFormatTag))
        {
            if (format is not (UnsignedFormat or UndefinedFormat))
            {
                string kind = format == FloatFormat ? "floating-point" : format == SignedFormat ? "signed" : "complex";
                return $"of {bits}-bit {kind} numbers; {SaveEight}, scaled to their range";
            }
        }
        if (DescribeUnsupportedColors(directory, photometric, compression) is { } meaning)
            return meaning;
        uint[] each = directory.Numbers(BitsTag);
        if (each.Any(one => one != bits))
            return $"of values with different numbers of bits ({string.Join(", ", each.Take(MaxSamples))}); {SaveEight}";
        bool isJpeg = compression == JpegCompression, isPalette = photometric == TiffPhotometric.Palette;
        if (bits is not (1 or 2 or 4 or 8 or 16) || isPalette && bits > 8 || isJpeg && bits != 8)
            return $"of {bits} bits a value{(isJpeg ? ", compressed with JPEG" : isPalette ? ", with a palette" : "")}; {SaveEight}";
        if (samples > MaxSamples)
            return $"of {samples:N0} values a pixel; at most {MaxSamples} are read: save the three bands that matter as RGB";
        return ColorsOf(photometric) == 1 && samples > 2
            ? $"of {samples} bands, none of which is said to be red, green or blue; save the three that matter as RGB" : null;
    }

    private static string? DescribeUnsupportedColors(TiffDirectory directory, TiffPhotometric photometric, uint compression) =>
        (uint)photometric switch
        {
            (uint)TiffPhotometric.YCbCr when compression != JpegCompression => $"of YCbCr values without JPEG compression; {SaveRgb}",
            (uint)TiffPhotometric.Cmyk when directory.Number(InkSetTag) is { } inks and not CmykInks =>
                $"of inks other than CMYK (ink set {inks}); {SaveRgb}",
            <= (uint)TiffPhotometric.Palette or (uint)TiffPhotometric.Cmyk or (uint)TiffPhotometric.YCbCr => null,
            4 => "that is a mask of transparency; save the image itself",
            8 or 9 or 10 => $"of CIE L*a*b* colors; {SaveRgb}",
            32844 or 32845 => $"of logarithmic brightness (LogLuv); {SaveRgb}",
            _ => $"of colors of kind {(uint)photometric}; {SaveRgb}",
        };

    private static string CompressionName(uint number) => number switch
    {
        6 => "old-style JPEG",
        34712 or 33003 or 33004 or 33005 => "JPEG 2000",
        34925 => "LZMA",
        50000 or 34926 => "Zstandard",
        50001 or 34927 => "WebP",
        34887 => "LERC",
        50002 or 52546 => "JPEG XL",
        34676 or 34677 => "SGI Log",
        32809 => "ThunderScan",
        32766 => "NeXT's run lengths",
        _ => $"method {number}",
    };
}
