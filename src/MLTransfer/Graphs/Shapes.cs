namespace MLTransfer.Graphs;

/// <summary>Checks shapes before memory is taken for them.</summary>
internal static class Shapes
{
    /// <summary>The most elements of one tensor: 4 GiB of float32.</summary>
    public const long MaximumElements = 1L << 30;

    /// <summary>The most axes of one tensor; TensorFlow allows 254, its kernels at most 8.</summary>
    public const int MaximumRank = 32;

    /// <summary>Such as "[1, 224, 224, 3]", "[]" for a single number, "?" for an unknown size.</summary>
    public static string Text(IEnumerable<long>? shape) =>
        shape is null ? "of any shape" : $"[{string.Join(", ", shape.Select(size => size < 0 ? "?" : size.ToString()))}]";

    /// <summary>The number of elements of a tensor that is about to be made.</summary>
    /// <exception cref="KernelException">A size is negative, or the tensor would be too large.</exception>
    public static long Elements(params ReadOnlySpan<long> shape)
    {
        if (shape.Length > MaximumRank)
            throw new KernelException($"A tensor would have {shape.Length} axes; at most {MaximumRank} are possible.");
        Int128 count = 1;
        foreach (long size in shape)
        {
            if (size < 0)
                throw new KernelException($"The shape {string.Join(" x ", shape.ToArray())} has a negative size.");
            count = size == 0 || count == 0 ? 0 : count > MaximumElements ? count : count * size;
        }
        return count <= MaximumElements
            ? (long)count
            : throw new KernelException(
                $"A tensor of {string.Join(" x ", shape.ToArray())} elements would be made; at most {MaximumElements:N0} are possible.");
    }

    /// <summary>An axis counted from the front.</summary>
    /// <param name="axis">The axis; a negative one counts from the end.</param>
    /// <param name="rank">The number of axes.</param>
    /// <exception cref="KernelException">There is no such axis.</exception>
    public static int Axis(long axis, long rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new KernelException($"There is no axis {axis} in a tensor of {rank} axes.");

    /// <summary>The shape that two shapes are broadcast to, aligned at their last axes.</summary>
    /// <exception cref="KernelException">They do not fit, or the result would be too large.</exception>
    public static long[] Broadcast(ReadOnlySpan<long> one, ReadOnlySpan<long> other)
    {
        var result = new long[Math.Max(one.Length, other.Length)];
        for (int back = 1; back <= result.Length; back++)
        {
            long left = back <= one.Length ? one[^back] : 1, right = back <= other.Length ? other[^back] : 1;
            if (left != right && left != 1 && right != 1)
                throw new KernelException($"The shapes {Text(one.ToArray())} and {Text(other.ToArray())} do not fit.");
            result[^back] = left == 1 ? right : left;
        }
        Elements(result);
        return result;
    }
}
