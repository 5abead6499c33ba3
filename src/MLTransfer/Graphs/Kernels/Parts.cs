using static TorchSharp.torch;

namespace MLTransfer.Graphs.Kernels;

/// <summary>Takes tensors apart, where TensorFlow and ONNX differ only in how they ask for it.</summary>
internal static class Parts
{
    /// <summary>The elements of an axis from one position on, in steps, up to another that is left out.</summary>
    /// <param name="x">The tensor.</param>
    /// <param name="axis">The axis, counted from the front.</param>
    /// <param name="start">The first position, within the axis.</param>
    /// <param name="end">The position to stop before; -1 for a negative step that includes the first element.</param>
    /// <param name="step">The step; a negative one goes backwards.</param>
    /// <exception cref="KernelException">The step is 0.</exception>
    public static Tensor Slice(Tensor x, int axis, long start, long end, long step)
    {
        if (step is 0 or > int.MaxValue or < int.MinValue)
            throw new KernelException($"A step is {step}; it must fit into 32 bits and not be 0.");
        long count = Math.Max(0, (end - start + step - Math.Sign(step)) / step);
        if (count == 0) return x.narrow(axis, 0, 0);
        return step > 0 ? x.slice(axis, start, end, step)
            : x.index_select(axis, ((arange(count, ScalarType.Int64) * step) + start).to(x.device));
    }

    /// <summary>Cuts an axis into parts of sizes that add up to its own.</summary>
    public static GraphValue[] Split(Tensor x, int axis, long[] sizes)
    {
        var parts = new GraphValue[sizes.Length];
        long start = 0;
        for (int index = 0; index < sizes.Length; index++)
        {
            parts[index] = x.narrow(axis, start, sizes[index]);
            start += sizes[index];
        }
        return parts;
    }

    /// <summary>The elements of an axis at places, int64 from 0 on, of any shape, which takes the place of the axis.</summary>
    /// <exception cref="KernelException">The result would be too large.</exception>
    public static Tensor Gather(Tensor x, int axis, Tensor places)
    {
        long[] shape = [.. x.shape[..axis], .. places.shape, .. x.shape[(axis + 1)..]];
        Shapes.Elements(shape);
        return x.index_select(axis, places.flatten().to(x.device)).reshape(shape);
    }

    /// <summary>The largest or smallest elements along an axis, and their places; of equal ones the first comes first.</summary>
    /// <exception cref="KernelException">There are not as many.</exception>
    public static (Tensor Values, Tensor Places) Extremes(Tensor x, int axis, long count, bool areLargest)
    {
        if (count < 0 || count > x.shape[axis])
            throw new KernelException($"{count} elements along axis {axis} of {Shapes.Text(x.shape)} are asked for.");
        (Tensor values, Tensor places) = x.sort(axis, descending: areLargest, stable: true);
        return (values.narrow(axis, 0, count), places.narrow(axis, 0, count));
    }

    /// <summary>A value of another shape, in which one size may be -1: as many as there are.</summary>
    /// <exception cref="KernelException">The shape has another number of elements.</exception>
    public static GraphValue Reshape(GraphValue value, long[] asked)
    {
        long[] shape = [.. asked];
        long count = Shapes.Elements([.. value.Shape]);
        int free = Array.IndexOf(shape, -1);
        if (free >= 0)
        {
            long others = Shapes.Elements([.. shape.Where((_, axis) => axis != free)]);
            shape[free] = others == 0 ? 0 : count / others;
        }
        return Shapes.Elements(shape) == count ? Reshaped(value, shape)
            : throw new KernelException($"{Shapes.Text(value.Shape)} has {count} elements and cannot become {Shapes.Text(asked)}.");
    }

    /// <summary>A value of another shape, with as many elements.</summary>
    public static GraphValue Reshaped(GraphValue value, IReadOnlyList<long> shape) =>
        value.IsText ? GraphValue.Of(value.Text with { Shape = shape }) : value.Tensor.reshape([.. shape]);
}
