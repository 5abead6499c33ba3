namespace MLTransfer.Graphs.Kernels;

/// <summary>The zeros before and after an axis of an image.</summary>
internal readonly record struct Margin(long Before, long After)
{
    /// <summary>Whether both are equal, as torch's own padding is.</summary>
    public bool IsEven => Before == After;

    public long Total => Before + After;
}

/// <summary>
/// How far a window goes beyond an image: TensorFlow's SAME, by which ceil(size / stride) windows fit and the odd zero comes last, or fixed
/// numbers, of which VALID is none.
/// </summary>
internal sealed class PaddingRule
{
    /// <summary>The largest stride, dilation, window or padding.</summary>
    public const long Largest = 1 << 20;

    private readonly Margin[]? _fixed;
    private readonly bool _oddFirst;

    private PaddingRule(Margin[]? margins, bool oddFirst) => (_fixed, _oddFirst) = (margins, oddFirst);

    /// <summary>TensorFlow's SAME and ONNX's SAME_UPPER.</summary>
    public static PaddingRule Same { get; } = new(null, false);

    /// <summary>ONNX's SAME_LOWER: the odd zero comes first.</summary>
    public static PaddingRule SameLower { get; } = new(null, true);

    /// <summary>No padding.</summary>
    public static PaddingRule Valid { get; } = new([default, default], false);

    /// <summary>Fixed numbers of zeros.</summary>
    /// <exception cref="KernelException">One is negative or too large.</exception>
    public static PaddingRule Fixed(Margin height, Margin width)
    {
        foreach (long size in (long[])[height.Before, height.After, width.Before, width.After])
        {
            if (size is < 0 or > Largest) throw new KernelException($"A padding is {size}; it must lie between 0 and {Largest}.");
        }
        return new PaddingRule([height, width], false);
    }

    /// <summary>This and more zeros around; null where this depends on the size of the image, or the sum is too large.</summary>
    public PaddingRule? Add(Margin rows, Margin columns)
    {
        if (_fixed is null) return null;
        Margin[] sum = [Sum(_fixed[0], rows), Sum(_fixed[1], columns)];
        return sum.Any(margin => margin.Total > Largest) ? null : new PaddingRule(sum, false);

        static Margin Sum(Margin one, Margin other) => new(one.Before + other.Before, one.After + other.After);
    }

    /// <summary>The padding of an axis: 0 is the height, 1 the width.</summary>
    public Margin Of(int axis, long size, long window, long stride, long dilation = 1)
    {
        if (_fixed is not null) return _fixed[axis];
        long windows = (size + stride - 1) / stride;
        long total = Math.Max(((windows - 1) * stride) + ((window - 1) * dilation) + 1 - size, 0);
        return _oddFirst ? new Margin(total - (total / 2), total / 2) : new Margin(total / 2, total - (total / 2));
    }
}
