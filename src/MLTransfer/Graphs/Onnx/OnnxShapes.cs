using MLTransfer.Graphs.Kernels;
using MLTransfer.Graphs.TensorFlow;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Operations on shapes: they move elements, take parts and compute sizes.</summary>
internal static class OnnxShapes
{
    private const int FirstSliceWithInputs = 10;

    public static void AddTo(OperationSet operations) => operations
        .Add("Shape", Shape)
        .Add("Size", (_, inputs) => [tensor(inputs[0].Shape.Aggregate(1L, (product, size) => product * size))])
        .Add("Reshape", Reshape)
        .Add("Flatten", Flatten)
        .Add("Squeeze", Squeeze)
        .Add("Unsqueeze", Unsqueeze)
        .Add("Transpose", Transpose)
        .Add("Cast", (node, inputs) => [Cast(inputs[0].Tensor, OnnxTypes.TypeOf(node.Attribute<long>("to")))])
        .Add("CastLike", (_, inputs) => [Cast(inputs[0].Tensor, inputs[1].Tensor.dtype)])
        .Add("ConstantOfShape", ConstantOfShape)
        .Add("Range", TensorFlowOperations.All.Factory("Range"))
        .Add("Expand", Expand)
        .Add("Tile", TensorFlowOperations.All.Factory("Tile"))
        .Add("Concat", Concatenate)
        .Add("Split", Split)
        .Add("Slice", Slice)
        .Add("Gather", Gather)
        .Add("GatherElements", GatherElements)
        .Add("Pad", Pad)
        .Add("DepthToSpace", DepthToSpace)
        .Add("SpaceToDepth", SpaceToDepth);

    private static GraphValue[] Shape(GraphNode node, GraphValue[] inputs)
    {
        long[] shape = [.. inputs[0].Shape];
        int start = Bound(node.Attribute("start", 0L)), end = Bound(node.Attribute("end", (long)shape.Length));
        return [tensor(shape[start..Math.Max(start, end)])];

        int Bound(long at) => (int)Math.Clamp(at < 0 ? at + shape.Length : at, 0, shape.Length);
    }

    private static GraphValue[] Reshape(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        long[] shape = inputs[1].ToIntegers();
        IReadOnlyList<long> before = inputs[0].Shape;
        bool copiesSizes = node.Attribute("allowzero", 0L) == 0;
        for (int axis = 0; axis < shape.Length && copiesSizes; axis++)
        {
            if (shape[axis] == 0) shape[axis] = axis < before.Count ? before[axis] : 0;
        }
        return [Parts.Reshape(inputs[0], shape)];
    }

    private static GraphValue[] Flatten(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long[] shape = [.. inputs[0].Shape];
        long asked = node.Attribute("axis", 1L);
        int axis = asked == shape.Length ? shape.Length : Shapes.Axis(asked, shape.Length);
        return [Parts.Reshaped(inputs[0], [Shapes.Elements(shape.AsSpan(0, axis)), Shapes.Elements(shape.AsSpan(axis))])];
    }

    private static GraphValue[] Squeeze(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 2);
        IReadOnlyList<long> shape = inputs[0].Shape;
        int[]? axes = OnnxOperations.Integers(node, inputs, 1, "axes")?.Select(axis => Shapes.Axis(axis, shape.Count)).ToArray();
        if (axes?.Any(axis => shape[axis] != 1) == true)
            throw new KernelException($"The axes {string.Join(", ", axes)} of {Shapes.Text(shape)} are not all of size 1.");
        return [Parts.Reshaped(inputs[0], [.. shape.Where((size, axis) => axes is null ? size != 1 : !axes.Contains(axis))])];
    }

    private static GraphValue[] Unsqueeze(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 2);
        long[] asked = OnnxOperations.Integers(node, inputs, 1, "axes") ?? throw new KernelException("It needs axes, which are missing.");
        var shape = inputs[0].Shape.ToList();
        foreach (int axis in asked.Select(axis => Shapes.Axis(axis, shape.Count + asked.Length)).Order().ToArray())
        {
            if (axis > shape.Count) throw new KernelException($"It inserts the axes {Shapes.Text(asked)} into {inputs[0]}.");
            shape.Insert(axis, 1);
        }
        return [Parts.Reshaped(inputs[0], shape)];
    }

    private static GraphValue[] Transpose(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        Tensor x = inputs[0].Tensor;
        long[] axes = [.. Enumerable.Range(0, (int)x.dim()).Select(axis => (long)axis)];
        long[] order = node.Attribute("perm", axes.Reverse().ToArray());
        return order.Order().SequenceEqual(axes) ? [x.permute(order)]
            : throw new KernelException($"{Shapes.Text(order)} is no order of the axes of {inputs[0]}.");
    }

    private static Tensor Cast(Tensor x, ScalarType type) => type == ScalarType.Bool ? x.ne(0) : x.to(type);

    private static GraphValue[] ConstantOfShape(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long[] shape = inputs[0].ToIntegers();
        Shapes.Elements(shape);
        Tensor value = node.Attribute("value", (GraphValue)zeros(1)).Tensor;
        return [value.reshape(1).expand(shape)];
    }

    private static GraphValue[] Expand(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        return [inputs[0].Tensor.broadcast_to(Shapes.Broadcast(inputs[0].Tensor.shape, inputs[1].ToIntegers()))];
    }

    private static GraphValue[] Concatenate(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1);
        Tensor[] tensors = [.. inputs.Select(part => part.Tensor)];
        int along = Shapes.Axis(node.Attribute<long>("axis"), tensors[0].dim());
        if (tensors.Any(part => part.dtype != tensors[0].dtype || part.dim() != tensors[0].dim()
            || part.shape.Where((size, at) => at != along && size != tensors[0].shape[at]).Any()))
            throw new KernelException($"{string.Join(", ", inputs.Take(10))} cannot be joined along axis {along}.");
        Shapes.Elements([.. tensors[0].shape.Select((size, at) => at == along ? tensors.Sum(part => part.shape[along]) : size)]);
        return [cat(tensors, along)];
    }

    private static GraphValue[] Split(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 2);
        Tensor x = inputs[0].Tensor;
        int axis = Shapes.Axis(node.Attribute("axis", 0L), x.dim());
        long size = x.shape[axis];
        long[] sizes = OnnxOperations.Integers(node, inputs, 1, "split")
            ?? Even(size, node.Attribute("num_outputs", node.Attribute(OnnxGraphReader.OutputsAttribute, 1L)));
        if (sizes.Any(part => part < 0) || sizes.Aggregate((Int128)0, (sum, part) => sum + part) != size)
            throw new KernelException($"Axis {axis} of {inputs[0]} cannot be split into {Shapes.Text(sizes)}.");
        return Parts.Split(x, axis, sizes);
    }

    // The last part may be smaller.
    private static long[] Even(long size, long parts)
    {
        if (parts < 1 || parts > Graph.MostOutputs) throw new KernelException($"It splits into {parts} parts.");
        long part = (size + parts - 1) / parts;
        return [.. Enumerable.Repeat(part, (int)parts - 1), size - (part * (parts - 1))];
    }

    private static GraphValue[] Slice(GraphNode node, GraphValue[] inputs)
    {
        bool areInputs = OnnxOperations.VersionOf(node) >= FirstSliceWithInputs;
        OperationSet.RequireInputs(node, areInputs ? 3 : 1, areInputs ? 5 : 1);
        Tensor x = inputs[0].Tensor;
        long[] starts = areInputs ? inputs[1].ToIntegers() : node.Attribute<long[]>("starts");
        long[] ends = areInputs ? inputs[2].ToIntegers() : node.Attribute<long[]>("ends");
        long[] axes = OnnxOperations.Integers(node, inputs, 3, "axes")
            ?? [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = OnnxOperations.Integers(node, inputs, 4, "steps") ?? [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length)
            throw new KernelException("Its starts, ends, axes and steps differ in number.");
        for (int entry = 0; entry < starts.Length; entry++)
            x = Take(x, Shapes.Axis(axes[entry], x.dim()), starts[entry], ends[entry], steps[entry]);
        return [x];
    }

    private static Tensor Take(Tensor x, int axis, long start, long end, long step)
    {
        long size = x.shape[axis];
        (long least, long most) = step > 0 ? (0L, size) : (-1L, size - 1);
        start = Math.Clamp(start < 0 ? start + size : start, Math.Max(least, 0), most);
        end = Math.Clamp(end < 0 ? end + size : end, least, Math.Max(most, least));
        return Parts.Slice(x, axis, start, end, step);
    }

    private static Tensor Places(Tensor indices, long size)
    {
        if (indices.dtype is not (ScalarType.Int32 or ScalarType.Int64))
            throw new KernelException($"Its indices are {(GraphValue)indices}.");
        Tensor places = indices.to(ScalarType.Int64);
        if (places.numel() > 0 && (places.min().item<long>() < -size || places.max().item<long>() >= size))
            throw new KernelException($"Its indices reach beyond an axis of {size} elements.");
        return where(places < 0, places + size, places);
    }

    private static GraphValue[] Gather(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        (Tensor x, Tensor indices) = (inputs[0].Tensor, inputs[1].Tensor);
        int axis = Shapes.Axis(node.Attribute("axis", 0L), x.dim());
        return [Parts.Gather(x, axis, Places(indices, x.shape[axis]))];
    }

    private static GraphValue[] GatherElements(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        (Tensor x, Tensor indices) = (inputs[0].Tensor, inputs[1].Tensor);
        int axis = Shapes.Axis(node.Attribute("axis", 0L), x.dim());
        if (indices.dim() != x.dim() || indices.shape.Where((size, at) => at != axis && size > x.shape[at]).Any())
            throw new KernelException($"Its indices {inputs[1]} do not fit {inputs[0]}.");
        return [x.gather(axis, Places(indices, x.shape[axis]).to(x.device))];
    }

    private static GraphValue[] Pad(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 4);
        Tensor x = inputs[0].Tensor;
        int rank = (int)x.dim();
        long[] pads = OnnxOperations.Integers(node, inputs, 1, "pads") ?? [];
        int[] axes = OnnxOperations.Optional(inputs, 3) is { IsTensor: true } some
            ? [.. some.ToIntegers().Select(axis => Shapes.Axis(axis, rank))] : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length || pads.Any(side => Math.Abs(side) > Shapes.MaximumElements))
            throw new KernelException($"Its 'pads' {Shapes.Text(pads)} do not fit {inputs[0]}.");
        double filler = OnnxOperations.Optional(inputs, 2) is { IsTensor: true } value
            ? value.Tensor.to(ScalarType.Float64).item<double>() : node.Attribute("value", 0.0);
        string mode = node.Attribute("mode", "constant");
        for (int entry = 0; entry < axes.Length; entry++)
            x = PadAxis(x, axes[entry], pads[entry], pads[entry + axes.Length], mode, filler);
        return [x];
    }

    private static Tensor PadAxis(Tensor x, int axis, long before, long after, string mode, double filler)
    {
        (long cutBefore, long cutAfter, long size) = (Math.Max(0, -before), Math.Max(0, -after), x.shape[axis]);
        if (cutBefore + cutAfter > size) throw new KernelException($"Its 'pads' leave nothing of axis {axis} of {Shapes.Text(x.shape)}.");
        x = x.narrow(axis, cutBefore, size - cutBefore - cutAfter);
        (before, after, size) = (Math.Max(0, before), Math.Max(0, after), x.shape[axis]);
        if (before + after == 0) return x;
        Shapes.Elements([.. x.shape.Select((each, at) => at == axis ? each + before + after : each)]);
        if (mode == "constant")
            return cat([Filled(before), x, Filled(after)], axis);
        if (size == 0) throw new KernelException($"An axis without elements of {Shapes.Text(x.shape)} cannot be padded by its edge.");
        Tensor places = arange(-before, size + after, dtype: ScalarType.Int64);
        places = mode switch
        {
            "edge" => places.clamp(0, size - 1),
            "wrap" => places.remainder(size),
            "reflect" when size == 1 => places.clamp(0, 0),
            "reflect" => (size - 1) - ((places.remainder(2 * (size - 1)) - (size - 1)).abs()),
            _ => throw new KernelException($"Its mode is '{mode}'; constant, reflect, edge and wrap are possible."),
        };
        return x.index_select(axis, places.to(x.device));

        Tensor Filled(long length) =>
            full([.. x.shape.Select((each, at) => at == axis ? length : each)], filler, dtype: x.dtype, device: x.device);
    }

    private static GraphValue[] DepthToSpace(GraphNode node, GraphValue[] inputs)
    {
        (Tensor x, long block) = Blocks(node, inputs);
        long[] shape = x.shape;
        if (shape[1] % (block * block) != 0)
            throw new KernelException($"The channels of {inputs[0]} do not fill blocks of {block} x {block}.");
        long channels = shape[1] / (block * block);
        bool isColumnFirst = node.Attribute("mode", "DCR") == "CRD";
        Tensor split = isColumnFirst ? x.reshape(shape[0], channels, block, block, shape[2], shape[3]).permute(0, 1, 4, 2, 5, 3)
            : x.reshape(shape[0], block, block, channels, shape[2], shape[3]).permute(0, 3, 4, 1, 5, 2);
        return [split.reshape(shape[0], channels, shape[2] * block, shape[3] * block)];
    }

    private static GraphValue[] SpaceToDepth(GraphNode node, GraphValue[] inputs)
    {
        (Tensor x, long block) = Blocks(node, inputs);
        long[] shape = x.shape;
        if (shape[2] % block != 0 || shape[3] % block != 0)
            throw new KernelException($"{inputs[0]} does not consist of blocks of {block} x {block}.");
        return [x.reshape(shape[0], shape[1], shape[2] / block, block, shape[3] / block, block).permute(0, 3, 5, 1, 2, 4)
            .reshape(shape[0], shape[1] * block * block, shape[2] / block, shape[3] / block)];
    }

    private static (Tensor Images, long Block) Blocks(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long block = node.Attribute<long>("blocksize");
        return inputs[0].Tensor.dim() == 4 && block is >= 1 and <= 1024 ? (inputs[0].Tensor, block)
            : throw new KernelException($"Blocks of {block} do not fit {inputs[0]}.");
    }
}
