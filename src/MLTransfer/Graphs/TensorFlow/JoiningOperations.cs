using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that put tensors together and take them apart.</summary>
internal static class JoiningOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("ConcatV2", (node, inputs) => Concatenate(node, inputs[^1], inputs[..^1]))
        .Add("Concat", (node, inputs) => Concatenate(node, inputs[0], inputs[1..]))
        .Add("Pack", Pack)
        .Add("Unpack", Unpack)
        .Add("Split", (node, inputs) => Split(node, inputs))
        .Add("SplitV", SplitBySizes);

    private static GraphValue[] Concatenate(GraphNode node, GraphValue axis, GraphValue[] parts)
    {
        OperationSet.RequireInputs(node, 2);
        Tensor[] tensors = [.. parts.Select(part => part.Tensor)];
        RequireSameType(tensors);
        int along = Shapes.Axis(axis.ToInteger(), tensors[0].dim());
        if (tensors.Any(part => part.dim() != tensors[0].dim()
            || part.shape.Where((size, at) => at != along && size != tensors[0].shape[at]).Any()))
            throw new KernelException($"{ShapesOf(tensors)} cannot be joined along axis {along}.");
        Shapes.Elements([.. tensors[0].shape.Select((size, at) => at == along ? tensors.Sum(part => part.shape[along]) : size)]);
        return [cat(tensors, along)];
    }

    private static GraphValue[] Pack(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1);
        Tensor[] tensors = [.. inputs.Select(part => part.Tensor)];
        RequireSameType(tensors);
        int axis = Shapes.Axis(node.Attribute("axis", 0L), tensors[0].dim() + 1);
        if (tensors.Any(part => !part.shape.SequenceEqual(tensors[0].shape)))
            throw new KernelException($"{ShapesOf(tensors)} cannot be stacked.");
        Shapes.Elements([.. tensors[0].shape, tensors.Length]);
        return [stack(tensors, axis)];
    }

    private static string ShapesOf(Tensor[] tensors) => string.Join(", ", tensors.Select(part => Shapes.Text(part.shape)));

    private static void RequireSameType(Tensor[] tensors)
    {
        if (tensors.FirstOrDefault(part => part.dtype != tensors[0].dtype) is { } other)
            throw new KernelException(
                $"Its inputs are {GraphTypes.Name(tensors[0].dtype)} and {GraphTypes.Name(other.dtype)}; they must be equal.");
    }

    private static GraphValue[] Unpack(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        Tensor x = inputs[0].Tensor;
        int axis = Shapes.Axis(node.Attribute("axis", 0L), x.dim());
        if (node.Attribute("num", x.shape[axis]) != x.shape[axis] || x.shape[axis] > Graph.MostOutputs)
            throw new KernelException($"It takes {inputs[0]} apart along axis {axis}, into another number of parts or too many.");
        return [.. x.unbind(axis).Select(part => (GraphValue)part)];
    }

    private static GraphValue[] Split(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        Tensor x = inputs[1].Tensor;
        int axis = Shapes.Axis(inputs[0].ToInteger(), x.dim());
        long count = node.Attribute<long>("num_split");
        if (count is < 1 or > Graph.MostOutputs || x.shape[axis] % count != 0)
            throw new KernelException($"Axis {axis} of {inputs[1]} cannot be split into {count} equal parts.");
        return Parts.Split(x, axis, [.. Enumerable.Repeat(x.shape[axis] / count, (int)count)]);
    }

    private static GraphValue[] SplitBySizes(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        Tensor x = inputs[0].Tensor;
        long[] sizes = inputs[1].ToIntegers();
        int axis = Shapes.Axis(inputs[2].ToInteger(), x.dim());
        int free = Array.IndexOf(sizes, -1);
        if (sizes.Any(size => size < -1 || size > x.shape[axis]))
            throw new KernelException($"Axis {axis} of {inputs[0]} cannot be split into {Shapes.Text(sizes)}.");
        if (free >= 0) sizes[free] = x.shape[axis] - sizes.Where((_, index) => index != free).Sum();
        if (sizes.Any(size => size < 0) || sizes.Sum() != x.shape[axis])
            throw new KernelException($"Axis {axis} of {inputs[0]} cannot be split into {Shapes.Text(sizes)}.");
        return Parts.Split(x, axis, sizes);
    }
}
