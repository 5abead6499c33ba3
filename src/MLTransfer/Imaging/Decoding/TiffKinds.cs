namespace MLTransfer.Imaging.Decoding;

/// <summary>The kinds of TIFF image that are not read, in words.</summary>
internal static class TiffKinds
{
    private const uint Jpeg = 7, Unsigned = 1, Signed = 2, Float = 3, Undefined = 4, CmykInks = 1;
    private const int MostSamples = 16;
    private const string SaveEight = "save it with 8 or 16 bits a value", SaveRgb = "save it as RGB";
    private const string SaveDeflate = "save it with LZW or Deflate compression, or as PNG";

    // None, CCITT, LZW, JPEG, Deflate (two numbers), PackBits.
    private static readonly uint[] Compressions = [1, 2, 3, 4, 5, Jpeg, 8, 32946, 32773];

    /// <returns>What continues "a TIFF image", with what to do; nothing where the image is read.</returns>
    internal static string? NotRead(TiffDirectory directory, TiffColours colours, int samples, uint bits)
    {
        uint compression = directory.Number(TiffHeader.CompressionTag) ?? 1;
        if (!Compressions.Contains(compression))
            return $"compressed with {Compression(compression)}; {SaveDeflate}";
        foreach (uint format in directory.Numbers(TiffHeader.SampleFormatTag))
        {
            if (format is not (Unsigned or Undefined))
            {
                string kind = format == Float ? "floating-point" : format == Signed ? "signed" : "complex";
                return $"of {bits}-bit {kind} numbers; {SaveEight}, scaled to their range";
            }
        }
        if (Colours(directory, colours, compression) is { } meaning)
            return meaning;
        uint[] each = directory.Numbers(TiffHeader.BitsTag);
        if (each.Any(one => one != bits))
            return $"of values with different numbers of bits ({string.Join(", ", each.Take(MostSamples))}); {SaveEight}";
        if (bits is not (1 or 2 or 4 or 8 or 16) || colours == TiffColours.Palette && bits > 8 || compression == Jpeg && bits != 8)
        {
            string where = compression == Jpeg ? ", compressed with JPEG" : colours == TiffColours.Palette ? ", with a palette" : "";
            return $"of {bits} bits a value{where}; {SaveEight}";
        }
        if (samples > MostSamples)
            return $"of {samples:N0} values a pixel; at most {MostSamples} are read: save the three bands that matter as RGB";
        return TiffHeader.ColoursIn(colours) == 1 && samples > 2
            ? $"of {samples} bands, none of which is said to be red, green or blue; save the three that matter as RGB" : null;
    }

    private static string? Colours(TiffDirectory directory, TiffColours colours, uint compression) => (uint)colours switch
    {
        (uint)TiffColours.YCbCr when compression != Jpeg => $"of YCbCr values without JPEG compression; {SaveRgb}",
        (uint)TiffColours.Cmyk when directory.Number(TiffHeader.InkSetTag) is { } inks and not CmykInks =>
            $"of inks other than CMYK (ink set {inks}); {SaveRgb}",
        <= (uint)TiffColours.Palette or (uint)TiffColours.Cmyk or (uint)TiffColours.YCbCr => null,
        4 => "that is a mask of transparency; save the image itself",
        8 or 9 or 10 => $"of CIE L*a*b* colours; {SaveRgb}",
        32844 or 32845 => $"of logarithmic brightness (LogLuv); {SaveRgb}",
        _ => $"of colours of kind {(uint)colours}; {SaveRgb}",
    };

    private static string Compression(uint number) => number switch
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
