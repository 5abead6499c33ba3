using MLTransfer.Graphs.Kernels;
using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations on shapes: they move elements and compute sizes.</summary>
internal static class ArrayOperations
{
    public static void AddTo(OperationSet operations)
    {
        operations
            .Add("Shape", (node, inputs) => [Sizes(inputs[0].Shape, TypeOf(node, "out_type", DataType.DtInt32))])
            .Add("ShapeN", (node, inputs) =>
                [.. inputs.Select(input => (GraphValue)Sizes(input.Shape, TypeOf(node, "out_type", DataType.DtInt32)))])
            .Add("Size", (node, inputs) =>
                [tensor(inputs[0].Shape.Aggregate(1L, (product, size) => product * size)).to(TypeOf(node, "out_type", DataType.DtInt32))])
            .Add("Rank", (_, inputs) => [tensor(inputs[0].Shape.Count, ScalarType.Int32)])
            .Add("Reshape", (node, inputs) => Reshape(node, inputs))
            .Add("Squeeze", Squeeze)
            .Add("ExpandDims", ExpandDims)
            .Add("Transpose", (node, inputs) => [Transpose(node, inputs)])
            .Add("Cast", (node, inputs) => [Cast(inputs[0].Tensor, TypeOf(node, "DstT", null))])
            .Add("Fill", (_, inputs) => [Broadcast(inputs[1].Tensor, inputs[0].ToIntegers())])
            .Add("BroadcastTo", (_, inputs) => [Broadcast(inputs[0].Tensor, inputs[1].ToIntegers())])
            .Add("Range", Range)
            .Add("Tile", Tile)
            .Add("OneHot", OneHot)
            .Add("ReverseV2", (_, inputs) => [Reverse(inputs[0].Tensor, inputs[1].ToIntegers())])
            .Add("InvertPermutation", (_, inputs) => [inputs[0].Tensor.argsort().to(inputs[0].Tensor.dtype)]);
        JoiningOperations.AddTo(operations);
        SlicingOperations.AddTo(operations);
        PadOperations.AddTo(operations);
        BlockOperations.AddTo(operations);
    }

    /// <summary>The number format that an attribute names.</summary>
    /// <exception cref="KernelException">It is missing and has no default, or cannot be computed with.</exception>
    public static ScalarType TypeOf(GraphNode node, string attribute, DataType? otherwise) => TensorProtoReader.TypeOf(
        otherwise is { } type ? node.Attribute(attribute, type) : node.Attribute<DataType>(attribute));

    private static Tensor Sizes(IReadOnlyList<long> shape, ScalarType type) => tensor(shape.ToArray()).to(type);

    private static GraphValue[] Reshape(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        return [Parts.Reshape(inputs[0], inputs[1].ToIntegers())];
    }

    private static GraphValue[] Squeeze(GraphNode node, GraphValue[] inputs)
    {
        IReadOnlyList<long> shape = inputs[0].Shape;
        int[] axes = [.. node.Attribute("squeeze_dims", Array.Empty<long>()).Select(axis => Shapes.Axis(axis, shape.Count))];
        if (axes.Any(axis => shape[axis] != 1))
            throw new KernelException($"The axes {string.Join(", ", axes)} of {Shapes.Text(shape)} are not all of size 1.");
        return [Parts.Reshaped(inputs[0], [.. shape.Where((size, axis) => axes.Length == 0 ? size != 1 : !axes.Contains(axis))])];
    }

    private static GraphValue[] ExpandDims(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        List<long> shape = [.. inputs[0].Shape];
        shape.Insert(Shapes.Axis(inputs[1].ToInteger(), shape.Count + 1), 1);
        return [Parts.Reshaped(inputs[0], [.. shape])];
    }

    private static Tensor Transpose(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        long[] order = inputs[1].ToIntegers();
        if (!order.Order().SequenceEqual(Enumerable.Range(0, (int)inputs[0].Tensor.dim()).Select(axis => (long)axis)))
            throw new KernelException($"{Shapes.Text(order)} is no order of the axes of {inputs[0]}.");
        return inputs[0].Tensor.permute(order);
    }

    // A float beyond the integer's range gives what the processor gives; TensorFlow does not define it either.
    private static Tensor Cast(Tensor x, ScalarType type) => type == ScalarType.Bool ? x.ne(0) : x.to(type);

    private static Tensor Broadcast(Tensor x, long[] shape)
    {
        Shapes.Elements(shape);
        return x.broadcast_to(shape).contiguous();
    }

    private static GraphValue[] Range(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        double[] bounds = [.. inputs.Select(input => input.Tensor.numel() == 1
            ? input.Tensor.to(ScalarType.Float64).item<double>() : throw new KernelException("Its inputs must be single numbers."))];
        double count = Math.Max(0, Math.Ceiling((bounds[1] - bounds[0]) / bounds[2]));
        if (bounds[2] == 0 || !(count <= Shapes.MaximumElements))
            throw new KernelException($"It counts from {bounds[0]} to {bounds[1]} by {bounds[2]}: too many numbers.");
        Tensor steps = arange((long)count, ScalarType.Float64);
        return [((steps * bounds[2]) + bounds[0]).to(inputs[0].Tensor.dtype)];
    }

    private static GraphValue[] Tile(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        long[] times = inputs[1].ToIntegers(), shape = inputs[0].Tensor.shape;
        if (times.Length != shape.Length || times.Any(count => count is < 0 or > Shapes.MaximumElements))
            throw new KernelException($"{Shapes.Text(shape)} cannot be repeated {Shapes.Text(times)} times.");
        Shapes.Elements([.. shape.Zip(times, (size, count) => size * count)]);
        return [inputs[0].Tensor.repeat(times)];
    }

    private static GraphValue[] OneHot(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 4, 4);
        Tensor indices = inputs[0].Tensor;
        long depth = inputs[1].ToInteger();
        int axis = Shapes.Axis(node.Attribute("axis", -1L), indices.dim() + 1);
        Shapes.Elements([.. indices.shape, depth]);
        indices = indices.to(inputs[2].Tensor.device);
        Tensor isHot = indices.to(ScalarType.Int64).unsqueeze(axis)
            == arange(depth, device: indices.device).view([-1, .. Enumerable.Repeat(1L, (int)indices.dim() - axis)]);
        return [where(isHot, inputs[2].Tensor, inputs[3].Tensor)];
    }

    private static Tensor Reverse(Tensor x, long[] axes) =>
        axes.Length == 0 ? x : x.flip([.. axes.Select(axis => (long)Shapes.Axis(axis, x.dim()))]);
}
