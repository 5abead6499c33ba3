namespace MLTransfer.Imaging.Decoding;

/// <summary>How the values of a TIFF image become colours: the numbers of the tag PhotometricInterpretation.</summary>
internal enum TiffColours
{
    WhiteIsZero = 0,
    BlackIsZero = 1,
    Rgb = 2,
    Palette = 3,
    Cmyk = 5,
    YCbCr = 6,
}

/// <summary>
/// What the tags of a TIFF file's first page say of its image (TIFF 6.0), checked so far that decoding takes no more memory than it needs.
/// </summary>
/// <param name="Image">Size and orientation.</param>
/// <param name="Colours">What the values mean.</param>
/// <param name="Bits">Bits of each value: 1, 2, 4, 8 or 16.</param>
/// <param name="Samples">Values of each pixel: its colours, then the extra ones.</param>
/// <param name="IsPlanar">Whether all first values are stored before all second ones.</param>
/// <param name="Tile">Size of a tile; nothing where rows lie in strips.</param>
/// <param name="Palette">All red levels, then green, then blue, 16 bits each; empty without a palette.</param>
internal sealed record TiffHeader(
    ImageHeader Image, TiffColours Colours, int Bits, int Samples, bool IsPlanar, ImageDimensions? Tile, uint[] Palette)
{
    internal const ushort BitsTag = 258, CompressionTag = 259, ColoursTag = 262, SamplesTag = 277, InkSetTag = 332, SampleFormatTag = 339;

    private const ushort WidthTag = 256, HeightTag = 257, StripOffsetsTag = 273, RowsPerStripTag = 278, StripLengthsTag = 279,
        PlanesTag = 284, PaletteTag = 320, TileWidthTag = 322, TileHeightTag = 323, TileOffsetsTag = 324, TileLengthsTag = 325,
        ExtraSamplesTag = 338;
    private const uint AssociatedAlpha = 1, UnassociatedAlpha = 2, Planar = 2, CcittGroup4 = 4;

    /// <summary>How many of a pixel's values are its colours.</summary>
    internal int ColourCount => ColoursIn(Colours);

    /// <summary>Which value is the alpha; -1 where none is said to be.</summary>
    internal int Alpha { get; private init; } = -1;

    /// <summary>Whether the colours are multiplied by the alpha.</summary>
    internal bool IsPremultiplied { get; private init; }

    /// <returns>Nothing when there is no size, or the tags contradict each other.</returns>
    /// <exception cref="ImageException">The image is of a kind that is not read, or its tiles are absurdly large.</exception>
    internal static TiffHeader? Read(string name, ReadOnlySpan<byte> bytes)
    {
        var directory = TiffDirectory.First(bytes);
        if (directory.Number(WidthTag) is not { } width || directory.Number(HeightTag) is not { } height || width > int.MaxValue
            || height > int.MaxValue)
            return null;
        TiffColours colours = (TiffColours)(directory.Number(ColoursTag) ?? Usual(directory));
        uint samples = directory.Number(SamplesTag) ?? 1, bits = directory.Number(BitsTag) ?? 1;
        if (TiffKinds.NotRead(directory, colours, (int)Math.Min(samples, ushort.MaxValue), bits) is { } kind)
            throw ImageException.NotSupported(name, $"a TIFF image {kind}");
        bool isPlanar = directory.Number(PlanesTag) == Planar && samples > 1;
        ImageDimensions? tile = null;
        if (directory.Number(TileWidthTag) is { } tileWidth && directory.Number(TileHeightTag) is { } tileHeight)
        {
            if ((UInt128)tileWidth * tileHeight * samples * bits / 8 > RoomFor((UInt128)width * height * samples * bits / 8))
                throw new ImageException(name, $"its tiles are far larger than its {width} x {height} pixels");
            tile = new ImageDimensions((int)tileWidth, (int)tileHeight);
        }
        uint[] palette = colours == TiffColours.Palette ? directory.Numbers(PaletteTag) : [];
        if (samples < ColoursIn(colours) || colours == TiffColours.Palette && palette.Length != 3 << (int)bits)
            return null;
        ImageDimensions size = new((int)width, (int)height);
        bool hasAllParts = HasAllParts(directory, size, tile, isPlanar ? samples : 1, bytes.Length);
        var header = new ImageHeader(ImageFormat.Tiff, size.Width, size.Height, hasAllParts)
        {
            Orientation = Orientations.Of(directory.Number(TiffDirectory.Orientation) ?? 0),
        };
        TiffHeader found = new(header, colours, (int)bits, (int)samples, isPlanar, tile, palette);
        return WithAlpha(found, directory.Numbers(ExtraSamplesTag));
    }

    internal static int ColoursIn(TiffColours colours) => colours switch
    {
        TiffColours.Rgb or TiffColours.YCbCr => 3,
        TiffColours.Cmyk => 4,
        _ => 1,
    };

    // The tag is required; files without it are taken as other readers do.
    private static uint Usual(TiffDirectory directory) => (uint)(
        directory.Number(CompressionTag) is > 1 and <= CcittGroup4 ? TiffColours.WhiteIsZero
        : directory.Number(SamplesTag) >= 3 ? TiffColours.Rgb : TiffColours.BlackIsZero);

    // An extra value of no said kind is another band, such as infrared: it says nothing of what is transparent.
    private static TiffHeader WithAlpha(TiffHeader header, uint[] extra)
    {
        int alpha = header.Colours == TiffColours.Cmyk ? -1 : Array.FindIndex(extra, kind => kind is AssociatedAlpha or UnassociatedAlpha);
        return alpha < 0 || header.ColourCount + alpha >= header.Samples ? header
            : header with { Alpha = header.ColourCount + alpha, IsPremultiplied = extra[alpha] == AssociatedAlpha };
    }

    /// <summary>Whether the file tells where each strip or tile is, with lengths that fit: what is missing would be black.</summary>
    private static bool HasAllParts(TiffDirectory directory, ImageDimensions image, ImageDimensions? tile, uint planes, int length)
    {
        if (!directory.IsPlausible || tile is { } size && (size.Width < 1 || size.Height < 1))
            return false;
        long rows = Math.Clamp(directory.Number(RowsPerStripTag) ?? uint.MaxValue, 1, (uint)Math.Max(image.Height, 1));
        long parts = tile is { } each ? Parts(image.Width, each.Width) * Parts(image.Height, each.Height) : Parts(image.Height, rows);
        ushort lengthsTag = tile is null ? StripLengthsTag : TileLengthsTag;
        uint[] lengths = directory.Numbers(lengthsTag);
        bool hasLengths = lengths.Length >= parts * planes || !directory.Has(lengthsTag);
        // Parts share no bytes in files as they are; where they do, reading them again and again would only keep the processor busy.
        return hasLengths && directory.Numbers(tile is null ? StripOffsetsTag : TileOffsetsTag).Length >= parts * planes
            && lengths.Sum(part => (long)part) <= 2L * length;
    }

    private static long Parts(long whole, long part) => (whole + part - 1) / part;

    // A small image may lie in one tile of a usual size.
    private static UInt128 RoomFor(UInt128 image) => UInt128.Max(4 * image, 16 << 20);
}
