namespace MLTransfer.Imaging.Resampling;

/// <summary>
/// For each pixel of one axis of the result: where its source pixels begin, and their weights in fixed point.
/// The filter is widened by the factor of reduction, so that every source pixel counts (antialiasing); weights are rounded to
/// 22 bits behind the point and add up to one. These are Pillow's numbers, which torchvision's results on pictures come from.
/// </summary>
internal sealed class Kernel
{
    internal const int FractionBits = 22;

    private readonly int[] _starts;
    private readonly int[] _weights;

    private Kernel(int[] starts, int[] weights, int taps) => (_starts, _weights, Taps) = (starts, weights, taps);

    internal int Count => _starts.Length;

    /// <summary>Weights per pixel, those beyond its reach 0.</summary>
    internal int Taps { get; }

    /// <summary>First source pixel that any result pixel needs.</summary>
    internal int First { get; private init; }

    /// <summary>Source pixels that are needed, from <see cref="First"/> on.</summary>
    internal int Length { get; private init; }

    /// <summary>Where the source pixels of a result pixel begin, counted from <see cref="First"/>.</summary>
    internal int Start(int pixel) => _starts[pixel];

    internal ReadOnlySpan<int> Weights(int pixel) => _weights.AsSpan(pixel * Taps, Taps);

    /// <summary>The kernel for the result pixels <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> of <paramref name="size"/>.</summary>
    internal static Kernel Of(SourceAxis source, int size, int from, int count, Filter filter)
    {
        double scale = source.Length / size, stretch = Math.Max(scale, 1), support = filter.Support * stretch;
        int taps = Math.Min((int)Math.Ceiling(support) * 2 + 1, source.Count);
        int[] starts = new int[count], weights = new int[count * taps];
        double[] exact = new double[taps];
        int first = source.Count, end = 0;
        for (int i = 0; i < count; i++)
        {
            double center = source.Start + (from + i + 0.5) * scale;
            int start = Math.Max((int)(center - support + 0.5), 0);
            int reach = Math.Min((int)(center + support + 0.5), source.Count) - start;
            double sum = 0;
            for (int t = 0; t < reach; t++)
                sum += exact[t] = filter.Weight((t + start - center + 0.5) / stretch);
            for (int t = 0; t < reach; t++)
                weights[i * taps + t] = Fixed(sum == 0 ? exact[t] : exact[t] / sum);
            starts[i] = start;
            first = Math.Min(first, start);
            end = Math.Max(end, start + reach);
        }
        for (int i = 0; i < count; i++)
            starts[i] -= first;
        return new Kernel(starts, weights, taps) { First = first, Length = end - first };
    }

    private static int Fixed(double weight) => (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));
}
