using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Krawetz's difference hash: 64 bits that say where, in 9 × 8 shades, it grows lighter to the right. Another size or compression, or other
/// brightness, changes few of them.
/// </summary>
internal static class DifferenceHash
{
    private const int Width = 9, Height = 8;

    public static ulong Of(Image image)
    {
        byte[] grey = BoxAverage.GreyOf(image, Width, Height);
        ulong hash = 0;
        for (int y = 0; y < Height; y++)
            for (int x = 0; x + 1 < Width; x++)
                hash = (hash << 1) | (grey[y * Width + x + 1] > grey[y * Width + x] ? 1UL : 0);
        return hash;
    }
}
