namespace MLTransfer.Imaging.Kernels;

/// <summary>A new level for each level of red, green and blue, found from how often each occurs.</summary>
internal static class LevelTables
{
    internal const int Levels = 256;

    /// <summary>Spreads each colour's levels over the whole range, as Pillow's <c>ImageOps.autocontrast</c>.</summary>
    internal static void Stretch(Span<byte> pixels) => Replace(pixels, Stretch);

    /// <summary>Makes each colour's levels equally frequent, as far as that goes, as Pillow's <c>ImageOps.equalize</c>.</summary>
    internal static void Equalize(Span<byte> pixels) => Replace(pixels, Equalize);

    private static void Replace(Span<byte> pixels, Action<ReadOnlySpan<int>, Span<byte>> plan)
    {
        Span<int> counts = stackalloc int[3 * Levels];
        counts.Clear();
        Span<byte> tables = stackalloc byte[3 * Levels];
        Span<int> reds = counts[..Levels], greens = counts[Levels..(2 * Levels)], blues = counts[(2 * Levels)..];
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            reds[pixels[i]]++;
            greens[pixels[i + 1]]++;
            blues[pixels[i + 2]]++;
        }
        for (int colour = 0; colour < 3; colour++)
            plan(counts.Slice(colour * Levels, Levels), tables.Slice(colour * Levels, Levels));
        Span<byte> red = tables[..Levels], green = tables[Levels..(2 * Levels)], blue = tables[(2 * Levels)..];
        for (int i = 0; i + 2 < pixels.Length; i += 3)
        {
            pixels[i] = red[pixels[i]];
            pixels[i + 1] = green[pixels[i + 1]];
            pixels[i + 2] = blue[pixels[i + 2]];
        }
    }

    private static void Stretch(ReadOnlySpan<int> counts, Span<byte> table)
    {
        int darkest = counts.IndexOfAnyExcept(0), lightest = counts.LastIndexOfAnyExcept(0);
        double scale = lightest > darkest ? 255.0 / (lightest - darkest) : 1, start = lightest > darkest ? -darkest * scale : 0;
        for (int level = 0; level < Levels; level++)
            table[level] = (byte)Math.Clamp(level * scale + start, 0, 255);
    }

    private static void Equalize(ReadOnlySpan<int> counts, Span<byte> table)
    {
        int pixels = 0;
        foreach (int count in counts)
            pixels += count;
        int step = (pixels - counts[counts.LastIndexOfAnyExcept(0)]) / 255;
        long below = step / 2;
        for (int level = 0; level < Levels; level++)
        {
            table[level] = (byte)(step == 0 ? level : Math.Min(below / step, 255));
            below += counts[level];
        }
    }
}
