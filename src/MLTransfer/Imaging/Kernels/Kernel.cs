using System.Buffers;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// For each pixel of one axis of the result: where its source pixels begin, and their weights in fixed point.
/// The filter is widened by the factor of reduction, so that every source pixel counts (antialiasing); weights are rounded to
/// 22 bits behind the point and add up to one. These are Pillow's numbers, which torchvision's results on images come from.
/// The numbers lie in borrowed memory: every image has kernels of its own.
/// </summary>
internal readonly ref struct Kernel
{
    internal const int FractionBits = 22;

    private readonly int[] _starts;
    private readonly int[] _weights;

    // Reached by images that are four million pixels long and would be made small: nobody has those but to do harm.
    private const int MostWeights = 1 << 24;

    private Kernel(int count, int taps)
    {
        (Count, Taps) = (count, taps);
        _starts = ArrayPool<int>.Shared.Rent(count);
        _weights = ArrayPool<int>.Shared.Rent(count * taps);
        _weights.AsSpan(0, count * taps).Clear();
    }

    internal int Count { get; }

    /// <summary>Weights per pixel, those beyond its reach 0.</summary>
    internal int Taps { get; }

    /// <summary>First source pixel that any result pixel needs.</summary>
    internal int First { get; init; }

    /// <summary>Source pixels that are needed, from <see cref="First"/> on.</summary>
    internal int Length { get; init; }

    /// <summary>Where the source pixels of a result pixel begin, counted from <see cref="First"/>.</summary>
    internal int Start(int pixel) => _starts[pixel];

    internal ReadOnlySpan<int> Weights(int pixel) => _weights.AsSpan(pixel * Taps, Taps);

    /// <summary>
    /// The kernel for the result pixels <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> of
    /// <paramref name="size"/>.
    /// </summary>
    internal static Kernel Of(SourceAxis source, int size, int from, int count, Filter filter)
    {
        double scale = source.Length / size, stretch = Math.Max(scale, 1), support = filter.Support * stretch;
        int taps = Math.Min((int)Math.Ceiling(support) * 2 + 1, source.Count);
        if ((long)count * taps > MostWeights)
            throw new ImageException("image",
                $"it is {source.Count} pixels long, too many to be resized to {size}; cut a part of it first");
        Kernel kernel = new(count, taps);
        double[] exact = ArrayPool<double>.Shared.Rent(taps);
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
                kernel._weights[i * taps + t] = Fixed(sum == 0 ? exact[t] : exact[t] / sum);
            kernel._starts[i] = start;
            first = Math.Min(first, start);
            end = Math.Max(end, start + reach);
        }
        ArrayPool<double>.Shared.Return(exact);
        for (int i = 0; i < count; i++)
            kernel._starts[i] -= first;
        return kernel with { First = first, Length = end - first };
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_weights);
    }

    private static int Fixed(double weight) => (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));
}
