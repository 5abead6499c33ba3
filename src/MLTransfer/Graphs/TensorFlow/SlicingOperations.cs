using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that take parts of a tensor.</summary>
internal static class SlicingOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("Slice", Slice)
        .Add("StridedSlice", StridedSlice)
        .Add("Gather", (node, inputs) => Gather(inputs[0].Tensor, inputs[1].Tensor, 0))
        .Add("GatherV2", GatherAlongAxis)
        .Add("GatherNd", GatherPlaces);

    private static GraphValue[] Slice(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        Tensor x = inputs[0].Tensor;
        long[] starts = inputs[1].ToIntegers(), sizes = inputs[2].ToIntegers(), shape = x.shape;
        if (starts.Length != shape.Length || sizes.Length != shape.Length)
            throw new KernelException($"It takes {Shapes.Text(sizes)} from {Shapes.Text(starts)} of {inputs[0]}: other numbers of axes.");
        for (int axis = 0; axis < shape.Length; axis++)
        {
            long size = sizes[axis] == -1 ? shape[axis] - starts[axis] : sizes[axis];
            if (starts[axis] < 0 || starts[axis] > shape[axis] || size < 0 || size > shape[axis] - starts[axis])
                throw new KernelException($"It takes {Shapes.Text(sizes)} from {Shapes.Text(starts)} of {inputs[0]}: beyond its end.");
            x = x.narrow(axis, starts[axis], size);
        }
        return [x];
    }

    /// <summary>NumPy's x[start:end:step, …], with bits that say what each entry is.</summary>
    private static GraphValue[] StridedSlice(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 4, 4);
        long[] starts = inputs[1].ToIntegers(), ends = inputs[2].ToIntegers(), steps = inputs[3].ToIntegers();
        if (starts.Length != ends.Length || starts.Length != steps.Length || starts.Length > Shapes.MaximumRank)
            throw new KernelException("Its starts, ends and steps differ in number, or are too many.");
        Tensor x = inputs[0].Tensor;
        long ellipsis = node.Attribute("ellipsis_mask", 0L), newAxis = node.Attribute("new_axis_mask", 0L);
        long shrink = node.Attribute("shrink_axis_mask", 0L);
        RequireAxes(x, starts.Length, ellipsis, newAxis);
        int axis = 0;
        for (int entry = 0; entry < starts.Length; entry++)
        {
            if (Has(ellipsis, entry))
            {
                int following = Enumerable.Range(entry + 1, starts.Length - entry - 1).Count(later => !Has(newAxis, later));
                axis = (int)x.dim() - following;
            }
            else if (Has(newAxis, entry))
            {
                x = x.unsqueeze(axis++);
            }
            else if (Has(shrink, entry))
            {
                x = x.select(axis, Shapes.Axis(starts[entry], x.shape[axis]));
            }
            else
            {
                x = Take(x, axis++, new Span(
                    Has(node.Attribute("begin_mask", 0L), entry) ? null : starts[entry],
                    Has(node.Attribute("end_mask", 0L), entry) ? null : ends[entry], steps[entry]));
            }
        }
        return [x];
    }

    private static bool Has(long mask, int entry) => (mask >> entry & 1) != 0;

    private static void RequireAxes(Tensor x, int entries, long ellipsis, long newAxis)
    {
        if (Enumerable.Range(0, entries).Count(entry => Has(ellipsis, entry)) > 1) throw new KernelException("It has two ellipses.");
        int used = Enumerable.Range(0, entries).Count(entry => !Has(ellipsis, entry) && !Has(newAxis, entry));
        if (used > x.dim()) throw new KernelException($"It takes slices of {used} axes of {Shapes.Text(x.shape)}.");
    }

    /// <summary>start:end:step, where null is the first or last element.</summary>
    private readonly record struct Span(long? Start, long? End, long Step);

    private static Tensor Take(Tensor x, int axis, Span span)
    {
        long size = x.shape[axis];
        (long least, long most) = span.Step > 0 ? (0L, size) : (-1L, size - 1);
        long start = span.Start is { } given ? Math.Clamp(given < 0 ? given + size : given, least, most) : span.Step > 0 ? 0 : size - 1;
        long end = span.End is { } last ? Math.Clamp(last < 0 ? last + size : last, least, most) : span.Step > 0 ? size : -1;
        return Parts.Slice(x, axis, start, end, span.Step);
    }

    private static GraphValue[] GatherAlongAxis(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        if (node.Attribute("batch_dims", 0L) != 0) throw new KernelException("It has batch_dims, which are not supported.");
        return Gather(inputs[0].Tensor, inputs[1].Tensor, Shapes.Axis(inputs[2].ToInteger(), inputs[0].Tensor.dim()));
    }

    /// <summary>Each vector along the last axis of the indices names a place in the first axes of x.</summary>
    private static GraphValue[] GatherPlaces(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        (Tensor x, Tensor indices) = (inputs[0].Tensor, inputs[1].Tensor);
        int depth = indices.dim() == 0 ? 0 : (int)Math.Min(indices.shape[^1], int.MaxValue);
        if (depth == 0 || depth > x.dim())
            throw new KernelException($"Places {inputs[1]} in {inputs[0]} are asked for; they must name 1 to {x.dim()} axes.");
        long[] shape = x.shape, strides = new long[depth];
        for (int axis = depth - 1; axis >= 0; axis--) strides[axis] = axis == depth - 1 ? 1 : strides[axis + 1] * shape[axis + 1];
        Tensor places = indices.to(ScalarType.Int64).cpu(), sizes = tensor(shape[..depth]);
        if (places.lt(0).any().item<bool>() || places.ge(sizes).any().item<bool>())
            throw new KernelException($"Its indices reach beyond {inputs[0]}.");
        Tensor flat = (places * tensor(strides)).sum(-1);
        return Gather(x.reshape([shape[..depth].Aggregate(1L, (all, size) => all * size), .. shape[depth..]]), flat, 0);
    }

    private static GraphValue[] Gather(Tensor x, Tensor indices, int axis)
    {
        if (indices.dtype is not (ScalarType.Int32 or ScalarType.Int64) || x.dim() == 0)
            throw new KernelException($"It expects integers as indices and at least one axis, and is given {(GraphValue)indices}.");
        Tensor places = indices.to(ScalarType.Int64);
        if (places.numel() > 0 && (places.min().item<long>() < 0 || places.max().item<long>() >= x.shape[axis]))
            throw new KernelException($"Its indices reach beyond axis {axis} of {Shapes.Text(x.shape)}.");
        return [Parts.Gather(x, axis, places)];
    }
}
