using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Operations that summarize axes, sort, or find the largest.</summary>
internal static class OnnxReductions
{
    public static void AddTo(OperationSet operations)
    {
        Reduce(operations, "ReduceMean", (x, axes) => x.is_floating_point() ? x.mean(axes, keepdim: true)
            : x.to(ScalarType.Float64).mean(axes, keepdim: true).trunc().to(x.dtype));
        Reduce(operations, "ReduceSum", Sum);
        Reduce(operations, "ReduceSumSquare", (x, axes) => Sum(x * x, axes));
        Reduce(operations, "ReduceL1", (x, axes) => Sum(x.abs(), axes));
        Reduce(operations, "ReduceL2", (x, axes) => Sum(x * x, axes).sqrt());
        Reduce(operations, "ReduceLogSumExp", (x, axes) =>
            Sum((x - x.amax(axes, keepdim: true)).exp(), axes).log() + x.amax(axes, keepdim: true));
        Reduce(operations, "ReduceMax", (x, axes) => x.amax(axes, keepdim: true));
        Reduce(operations, "ReduceMin", (x, axes) => x.amin(axes, keepdim: true));
        Reduce(operations, "ReduceProd", (x, axes) =>
            axes.Aggregate(x, (product, axis) => product.prod(axis, keepdim: true, type: x.dtype)));
        operations
            .Add("ArgMax", (node, inputs) => [Extreme(node, inputs[0].Tensor, (x, axis) => x.argmax(axis, true))])
            .Add("ArgMin", (node, inputs) => [Extreme(node, inputs[0].Tensor, (x, axis) => x.argmin(axis, true))])
            .Add("TopK", Best);
    }

    private static Tensor Sum(Tensor x, long[] axes) => x.sum(axes, keepdim: true, type: x.dtype);

    private static void Reduce(OperationSet operations, string name, Func<Tensor, long[], Tensor> reduce) =>
        operations.Add(name, (node, inputs) => [Reduced(node, inputs, reduce)]);

    private static Tensor Reduced(GraphNode node, GraphValue[] inputs, Func<Tensor, long[], Tensor> reduce)
    {
        OperationSet.RequireInputs(node, 1, 2);
        Tensor x = inputs[0].Tensor;
        long[] asked = OnnxOperations.Integers(node, inputs, 1, "axes") ?? [];
        long[] axes = [.. asked.Select(axis => (long)Shapes.Axis(axis, x.dim())).Distinct()];
        if (axes.Length == 0)
        {
            if (node.Attribute("noop_with_empty_axes", 0L) != 0) return x;
            axes = [.. Enumerable.Range(0, (int)x.dim()).Select(axis => (long)axis)];
        }
        if (axes.Length == 0) return x;
        if (axes.Any(axis => x.shape[axis] == 0))
            throw new KernelException($"It summarizes an axis without elements of {Shapes.Text(x.shape)}.");
        Tensor reduced = reduce(x, axes);
        return node.Attribute("keepdims", 1L) != 0 ? reduced : reduced.reshape([.. x.shape.Where((_, axis) => !axes.Contains(axis))]);
    }

    private static Tensor Extreme(GraphNode node, Tensor x, Func<Tensor, long, Tensor> find)
    {
        int axis = Shapes.Axis(node.Attribute("axis", 0L), x.dim());
        if (x.shape[axis] == 0)
            throw new KernelException($"It looks for the largest along an axis without elements of {Shapes.Text(x.shape)}.");
        bool takesLast = node.Attribute("select_last_index", 0L) != 0;
        Tensor found = takesLast ? x.shape[axis] - 1 - find(x.flip([axis]), axis) : find(x, axis);
        return node.Attribute("keepdims", 1L) != 0 ? found : found.squeeze(axis);
    }

    private static GraphValue[] Best(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 2);
        Tensor x = inputs[0].Tensor;
        int axis = Shapes.Axis(node.Attribute("axis", -1L), x.dim());
        long count = inputs.Length > 1 ? inputs[1].ToInteger() : node.Attribute<long>("k");
        (Tensor values, Tensor places) = Parts.Extremes(x, axis, count, node.Attribute("largest", 1L) != 0);
        return [values, places];
    }
}
