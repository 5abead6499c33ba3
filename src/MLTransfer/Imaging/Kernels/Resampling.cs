using System.Buffers;
using System.Runtime.CompilerServices;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging.Kernels;

/// <summary>
/// Resampling by a filter in two passes, along the rows first and then along the columns, each rounded to 8 bits: Pillow's order and
/// rounding, which decide the last gray level. Only the rows and columns that the window needs are computed.
/// </summary>
internal static class FilterResampling
{
    // Between the passes every row has the width of the result: only exceeded by absurdly high images.
    private const int MostBytes = 1 << 29;

    internal static void Render(PixelView source, in CropResizePlan plan, Region visible, RowWriter target)
    {
        var filter = ResamplingFilter.For(plan.Interpolation);
        SourceAxis across = source.Columns(plan.Source), down = source.Rows(plan.Source);
        using var columns = ResamplingKernel.Create(across, plan.Grid.Width, visible.X, visible.Width, filter);
        using var rows = ResamplingKernel.Create(down, plan.Grid.Height, visible.Y, visible.Height, filter);
        using HorizontalPass horizontal = new(columns);
        int stride = VerticalPass.StrideFor(visible.Width);
        if ((long)rows.Length * stride > MostBytes)
            throw new ImageException("image",
                $"it is {rows.Length} pixels high, too many to be resized to {plan.Grid.Width} x {plan.Grid.Height}; cut a part of it "
                + "first");
        byte[] narrowed = ArrayPool<byte>.Shared.Rent(rows.Length * stride);
        byte[] sourceRow = ArrayPool<byte>.Shared.Rent(horizontal.SourceRowLength);
        byte[] resultRow = ArrayPool<byte>.Shared.Rent(stride);
        for (int y = 0; y < rows.Length; y++)
        {
            ReadOnlySpan<byte> row = source.Row(down.Origin + rows.First + y, across.Origin + columns.First, columns.Length);
            PixelOrder.ToFourBytes(row, sourceRow, source.Layout);
            horizontal.Run(sourceRow, narrowed.AsSpan(y * stride, stride));
        }
        PixelLayout layout = source.Layout == PixelLayout.Bgra ? PixelLayout.Bgra : PixelLayout.Rgba;
        for (int y = 0; y < visible.Height; y++)
        {
            VerticalPass.Run(narrowed.AsSpan(rows.Start(y) * stride), stride, rows.Weights(y), resultRow.AsSpan(0, stride));
            PixelOrder.ToRgb(resultRow.AsSpan(0, visible.Width * 4), target.Row(y, visible.Width), layout);
        }
        ArrayPool<byte>.Shared.Return(narrowed);
        ArrayPool<byte>.Shared.Return(sourceRow);
        ArrayPool<byte>.Shared.Return(resultRow);
    }
}

/// <summary>Resampling that takes the source pixel under the center of each result pixel.</summary>
internal static class NearestResampling
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Render(PixelView source, in CropResizePlan plan, Region visible, RowWriter target)
    {
        int[] columns = ArrayPool<int>.Shared.Rent(visible.Width), rows = ArrayPool<int>.Shared.Rent(visible.Height);
        SourceAxis across = source.Columns(plan.Source), down = source.Rows(plan.Source);
        Locate(columns.AsSpan(0, visible.Width), across, plan.Grid.Width, visible.X);
        Locate(rows.AsSpan(0, visible.Height), down, plan.Grid.Height, visible.Y);
        int red = source.Layout == PixelLayout.Bgra ? 2 : 0, size = source.BytesPerPixel;
        for (int y = 0; y < visible.Height; y++)
        {
            ReadOnlySpan<byte> from = source.Row(down.Origin + rows[y], across.Origin, across.Count);
            Span<byte> to = target.Row(y, visible.Width);
            for (int x = 0; x < visible.Width; x++)
            {
                ReadOnlySpan<byte> pixel = from.Slice(columns[x] * size, size);
                to[x * 3] = pixel[red];
                to[x * 3 + 1] = pixel[1];
                to[x * 3 + 2] = pixel[2 - red];
            }
        }
        ArrayPool<int>.Shared.Return(columns);
        ArrayPool<int>.Shared.Return(rows);
    }

    // Pillow adds up the step instead of multiplying it; its rounding decides where a center falls between two pixels.
    private static void Locate(Span<int> indices, SourceAxis source, int size, int from)
    {
        double step = source.Length / size, position = source.Start + step / 2;
        for (int i = 0; i < from; i++)
            position += step;
        foreach (ref int index in indices)
        {
            index = Math.Min((int)position, source.Count - 1);
            position += step;
        }
    }
}

/// <summary>A resampling filter: its support, and the weight at a distance, both in source pixels.</summary>
internal sealed record ResamplingFilter(double Support, Func<double, double> Weight)
{
    /// <summary>The largest support of a filter, in source pixels.</summary>
    internal const double WidestSupport = 2;

    private const double Sharpness = -0.5;

    private static readonly ResamplingFilter Triangle = new(1, x => Math.Max(0, 1 - Math.Abs(x)));

    // Keys' cubic convolution with a = -1/2.
    private static readonly ResamplingFilter Cubic = new(WidestSupport, x => Math.Abs(x) switch
    {
        < 1 and var d => ((Sharpness + 2) * d - (Sharpness + 3)) * d * d + 1,
        < 2 and var d => (((d - 5) * d + 8) * d - 4) * Sharpness,
        _ => 0,
    });

    internal static ResamplingFilter For(Interpolation interpolation) => interpolation == Interpolation.Bicubic ? Cubic : Triangle;
}

/// <summary>
/// For each result pixel along one axis: its first source pixel and the weights in fixed point. The filter is widened by the factor of
/// reduction, so that every source pixel counts (antialiasing); weights have 22 fractional bits and add up to one, as in Pillow. The
/// memory is rented, because every image needs kernels of its own.
/// </summary>
internal readonly ref struct ResamplingKernel
{
    internal const int FractionBits = 22;

    // Denial-of-service bound on kernel memory: reached by images four million pixels long.
    private const int MostWeights = 1 << 24;

    private readonly int[] _starts;
    private readonly int[] _weights;

    private ResamplingKernel(int count, int taps)
    {
        (Count, Taps) = (count, taps);
        _starts = ArrayPool<int>.Shared.Rent(count);
        _weights = ArrayPool<int>.Shared.Rent(count * taps);
        _weights.AsSpan(0, count * taps).Clear();
    }

    internal int Count { get; }

    /// <summary>Weights per result pixel; those beyond the filter's support are 0.</summary>
    internal int Taps { get; }

    /// <summary>The first source pixel that any result pixel needs.</summary>
    internal int First { get; init; }

    /// <summary>Source pixels needed, from <see cref="First"/> on.</summary>
    internal int Length { get; init; }

    /// <summary>The first source pixel of a result pixel, relative to <see cref="First"/>.</summary>
    internal int Start(int pixel) => _starts[pixel];

    internal ReadOnlySpan<int> Weights(int pixel) => _weights.AsSpan(pixel * Taps, Taps);

    /// <summary>
    /// The kernel for the result pixels <paramref name="from"/> … <paramref name="from"/> + <paramref name="count"/> of
    /// <paramref name="size"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static ResamplingKernel Create(SourceAxis source, int size, int from, int count, ResamplingFilter filter)
    {
        double scale = source.Length / size, stretch = Math.Max(scale, 1), support = filter.Support * stretch;
        int taps = Math.Min((int)Math.Ceiling(support) * 2 + 1, source.Count);
        if ((long)count * taps > MostWeights)
            throw new ImageException("image",
                $"it is {source.Count} pixels long, too many to be resized to {size}; cut a part of it first");
        ResamplingKernel kernel = new(count, taps);
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

    /// <summary>Returns the rented memory.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_weights);
    }

    private static int Fixed(double weight) => (int)(weight * (1 << FractionBits) + (weight < 0 ? -0.5 : 0.5));
}
