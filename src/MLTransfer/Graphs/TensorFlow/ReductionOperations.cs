using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that summarize axes, sort, or find the largest.</summary>
internal static class ReductionOperations
{
    public static void AddTo(OperationSet operations)
    {
        Reduce(operations, "Mean", Mean);
        Reduce(operations, "Sum", (x, axes) => x.sum(axes, keepdim: true, type: x.dtype));
        Reduce(operations, "Max", (x, axes) => x.amax(axes, keepdim: true));
        Reduce(operations, "Min", (x, axes) => x.amin(axes, keepdim: true));
        Reduce(operations, "Prod", (x, axes) => axes.Aggregate(x, (product, axis) => product.prod(axis, keepdim: true, type: x.dtype)));
        Reduce(operations, "All", (x, axes) => axes.Aggregate(x, (result, axis) => result.all(axis, keepdim: true)));
        Reduce(operations, "Any", (x, axes) => axes.Aggregate(x, (result, axis) => result.any(axis, keepdim: true)));
        operations
            .Add("ArgMax", (node, inputs) => Extreme(node, inputs, (x, axis) => x.argmax(axis, false)))
            .Add("ArgMin", (node, inputs) => Extreme(node, inputs, (x, axis) => x.argmin(axis, false)))
            .Add("TopK", (node, inputs) => Largest(inputs[0].Tensor, node.Attribute<long>("k")))
            .Add("TopKV2", (_, inputs) => Largest(inputs[0].Tensor, inputs[1].ToInteger()));
    }

    private static void Reduce(OperationSet operations, string name, Func<Tensor, long[], Tensor> reduce) =>
        operations.Add(name, (node, _) => Reduction(node, reduce));

    private static FunctionKernel Reduction(GraphNode node, Func<Tensor, long[], Tensor> reduce)
    {
        OperationSet.RequireInputs(node, 2, 2);
        bool keepsAxes = node.Attribute("keep_dims", false);
        return new FunctionKernel(inputs =>
        {
            Tensor x = inputs[0].Tensor;
            long[] axes = [.. inputs[1].ToIntegers().Select(axis => (long)Shapes.Axis(axis, x.dim()))];
            if (axes.Distinct().Count() != axes.Length) throw new KernelException($"It reduces an axis twice: {Shapes.Text(axes)}.");
            if (axes.Length == 0) return [x];
            Tensor reduced = reduce(x, axes);
            return [keepsAxes ? reduced : reduced.reshape([.. x.shape.Where((_, axis) => !axes.Contains(axis))])];
        });
    }

    private static Tensor Mean(Tensor x, long[] axes) => x.is_floating_point()
        ? x.mean(axes, keepdim: true)
        : x.to(ScalarType.Float64).mean(axes, keepdim: true).trunc().to(x.dtype);

    private static GraphValue[] Extreme(GraphNode node, GraphValue[] inputs, Func<Tensor, long, Tensor> find)
    {
        OperationSet.RequireInputs(node, 2, 2);
        Tensor x = inputs[0].Tensor;
        Tensor found = find(x, Shapes.Axis(inputs[1].ToInteger(), x.dim()));
        return [found.to(ArrayOperations.TypeOf(node, "output_type", Tensorboard.DataType.DtInt64))];
    }

    private static GraphValue[] Largest(Tensor x, long count)
    {
        (Tensor values, Tensor places) = Parts.Extremes(x, Shapes.Axis(-1, x.dim()), count, areLargest: true);
        return [values, places.to(ScalarType.Int32)];
    }
}
