using System.Buffers.Binary;
using System.Text;

namespace MLTransfer.Imaging.Decoding;

/// <summary>The first box of files that are ISO base media (ISO 14496-12): its brands tell HEIC, AVIF and videos apart.</summary>
internal static class IsoMedia
{
    private const int BrandAt = 8, CompatibleAt = 16, BrandLength = 4;

    private static readonly string[] Hevc = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1"];
    private static readonly string[] Av1 = ["avif", "avis"];

    /// <returns>The main brand; nothing where the file is none of these.</returns>
    internal static string? Brand(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= BrandAt + BrandLength && bytes[4..].StartsWith("ftyp"u8) ? Text(bytes[BrandAt..]) : null;

    /// <returns>HEIC or AVIF; nothing where the file is neither.</returns>
    internal static ImageFormat? FormatOf(ReadOnlySpan<byte> bytes)
    {
        if (Brand(bytes) is not { } main)
            return null;
        List<string> brands = [main];
        long end = Math.Min(bytes.Length, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        for (int at = CompatibleAt; at + BrandLength <= end; at += BrandLength)
            brands.Add(Text(bytes[at..]));
        return brands.Exists(Av1.Contains) ? ImageFormat.Avif : brands.Exists(Hevc.Contains) ? ImageFormat.Heic : null;
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes[..BrandLength]);
}
