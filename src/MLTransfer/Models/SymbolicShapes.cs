using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>Pooling, and what changes only the shape.</summary>
public sealed partial class SymbolicTensor
{
    /// <summary>The largest of each square of a map (N, C, H, W).</summary>
    /// <param name="kernel">The side of the squares.</param>
    /// <param name="stride">The distance between them.</param>
    /// <param name="padding">How far the first ones reach over each edge.</param>
    /// <param name="ceiling">Whether the last ones may reach over the edge, as with PyTorch's <c>ceil_mode</c>.</param>
    public SymbolicTensor MaxPool(long kernel, long stride, long padding = 0, bool ceiling = false)
    {
        long[] pads = [padding, padding, padding, padding], sides = new long[2];
        for (int i = 0; i < 2; i++)
        {
            long length = _shape[i + 2], free = length + 2 * padding - kernel;
            sides[i] = (ceiling ? (free + stride - 1) / stride : free / stride) + 1;
            if (!ceiling) continue;
            // PyTorch leaves out a square that would begin beyond the map; runtimes differ on that, so the padding says it.
            if ((sides[i] - 1) * stride >= length + padding) sides[i]--;
            pads[i + 2] = Math.Max(0, (sides[i] - 1) * stride + kernel - length - padding);
        }

        return Result("MaxPool", [Name], [_shape[0], _shape[1], .. sides],
            ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", pads));
    }

    /// <summary>The mean of each square of a map (N, C, H, W); zeros beyond the edge count.</summary>
    /// <param name="kernel">The side of the squares.</param>
    /// <param name="stride">The distance between them.</param>
    /// <param name="padding">How far the first ones reach over each edge.</param>
    public SymbolicTensor AveragePool(long kernel, long stride, long padding = 0) =>
        AveragePool((kernel, kernel), (stride, stride), padding);

    /// <summary>Means that reduce maps (N, C, H, W) to (N, C, side, side), as PyTorch's <c>adaptive_avg_pool2d</c>.</summary>
    public SymbolicTensor AdaptiveAveragePool(long side)
    {
        (long height, long width) = (_shape[2], _shape[3]);
        if (height == side && width == side) return this;
        if (height % side == 0 && width % side == 0)
            return AveragePool((height / side, width / side), (height / side, width / side), 0);
        using Tensor rows = Averages(height, side), columns = Averages(width, side).t();
        return Constant(rows).MatMul(this).MatMul(Constant(columns));
    }

    /// <summary>The mean of each map: (N, C, H, W) to (N, C).</summary>
    public SymbolicTensor Mean() => Result("GlobalAveragePool", [Name], [_shape[0], _shape[1], 1, 1]).Flatten();

    /// <summary>All dimensions but the first as one.</summary>
    public SymbolicTensor Flatten() => Reshape(-1, Product(_shape[1..]));

    /// <summary>Gives the same elements another shape; its first dimension is −1, the batch, whatever multiple of it.</summary>
    /// <exception cref="ArgumentException">The first dimension is another, or the others do not divide the elements.</exception>
    public SymbolicTensor Reshape(params long[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Length == 0 || shape[0] != -1 || Product(_shape) % Product(shape[1..]) != 0)
            throw new ArgumentException($"A tensor {Text(_shape)} cannot have the shape {Text(shape)}.", nameof(shape));
        return Result("Reshape", [Name, _graph.Constant(shape)], [Product(_shape) / Product(shape[1..]), .. shape[1..]]);
    }

    /// <summary>Reorders the dimensions.</summary>
    /// <param name="order">For each dimension of the result, the one it was. The first is 0: the batch stays in front.</param>
    public SymbolicTensor Permute(params long[] order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return Result("Transpose", [Name], [.. order.Select(dimension => _shape[dimension])], ("perm", order));
    }

    /// <summary>
    /// The elements <paramref name="start"/>, <paramref name="start"/> + step, … below <paramref name="end"/> of a dimension.
    /// </summary>
    public SymbolicTensor Slice(int dimension, long start, long end, long step = 1)
    {
        string[] inputs = [Name, _graph.Constant(start), _graph.Constant(end), _graph.Constant(dimension), _graph.Constant(step)];
        return Result("Slice", inputs, With(dimension, (end - start + step - 1) / step));
    }

    /// <summary>Adds zeros in front of a dimension and after it.</summary>
    public SymbolicTensor Pad(int dimension, long before, long after)
    {
        long[] pads = new long[2 * _shape.Length];
        (pads[dimension], pads[_shape.Length + dimension]) = (before, after);
        return before + after == 0 ? this
            : Result("Pad", [Name, _graph.Constant(pads)], With(dimension, before + _shape[dimension] + after));
    }

    /// <summary>Moves the elements of a dimension forward, and those that leave it to its front.</summary>
    public SymbolicTensor Roll(int dimension, long places)
    {
        long length = _shape[dimension], shift = (places % length + length) % length;
        return shift == 0 ? this
            : Concatenate(dimension, Slice(dimension, length - shift, length), Slice(dimension, 0, length - shift));
    }

    /// <summary>Puts tensors one after the other along a dimension.</summary>
    public static SymbolicTensor Concatenate(int dimension, params IReadOnlyList<SymbolicTensor> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        long[] shape = parts[0].With(dimension, parts.Sum(part => part._shape[dimension]));
        return parts[0].Result("Concat", [.. parts.Select(part => part.Name)], shape, ("axis", (long)dimension));
    }

    private SymbolicTensor AveragePool((long Height, long Width) kernel, (long Down, long Across) stride, long padding)
    {
        long[] shape =
        [
            _shape[0], _shape[1], (_shape[2] + 2 * padding - kernel.Height) / stride.Down + 1,
            (_shape[3] + 2 * padding - kernel.Width) / stride.Across + 1,
        ];
        return Result("AveragePool", [Name], shape,
            ("kernel_shape", new[] { kernel.Height, kernel.Width }), ("strides", new[] { stride.Down, stride.Across }),
            ("pads", new[] { padding, padding, padding, padding }), ("count_include_pad", 1L));
    }

    /// <summary>The matrix (to, from) that averages, for element i, from ⌊i · from / to⌋ to below ⌈(i + 1) · from / to⌉.</summary>
    private static Tensor Averages(long from, long to)
    {
        float[] weights = new float[to * from];
        for (long i = 0; i < to; i++)
        {
            long start = i * from / to, end = ((i + 1) * from + to - 1) / to;
            for (long j = start; j < end; j++) weights[i * from + j] = 1f / (end - start);
        }

        return tensor(weights, [to, from]);
    }

    private long[] With(int dimension, long length)
    {
        long[] shape = [.. _shape];
        shape[dimension] = length;
        return shape;
    }

    private static long Product(long[] lengths) => lengths.Aggregate(1L, (product, length) => product * length);
}
