using MLTransfer.Graphs.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that add a border.</summary>
internal static class PadOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("Pad", (node, constants) =>
        {
            OperationSet.RequireInputs(node, 2, 2);
            return new ZeroPadding(constants[1]);
        })
        .Add("PadV2", (node, inputs) => [Pad(inputs[0].Tensor, inputs[1], SingleOf(inputs[2].Tensor))])
        .Add("MirrorPad", (node, inputs) => [Mirror(inputs[0].Tensor, inputs[1], node.Attribute<string>("mode") == "SYMMETRIC")]);

    /// <summary>Repeats the border mirrored; with or without the edge itself.</summary>
    public static Tensor Mirror(Tensor x, GraphValue paddings, bool includesEdge)
    {
        Margin[] margins = MarginsOf(x, paddings);
        long edge = includesEdge ? 0 : 1;
        for (int axis = 0; axis < margins.Length; axis++)
        {
            (long before, long after) = (margins[axis].Before, margins[axis].After);
            if (before == 0 && after == 0) continue;
            long size = x.shape[axis];
            if (before > size - edge || after > size - edge)
                throw new KernelException($"Axis {axis} of {Shapes.Text(x.shape)} is too short to be mirrored by {before} and {after}.");
            Tensor first = x.narrow(axis, edge, before).flip([axis]), last = x.narrow(axis, size - edge - after, after).flip([axis]);
            x = cat([first, x, last], axis);
        }
        return x;
    }

    private static Tensor Pad(Tensor x, GraphValue paddings, double filler)
    {
        Margin[] margins = MarginsOf(x, paddings);
        // torch lists the last axis first.
        long[] sides = [.. margins.Reverse().SelectMany(margin => new[] { margin.Before, margin.After })];
        return sides.Length == 0 ? x : nn.functional.pad(x, sides, PaddingModes.Constant, filler);
    }

    private static long[] Sides(Tensor table)
    {
        using Tensor flat = table.flatten();
        return ((GraphValue)flat).ToIntegers();
    }

    private static Margin[] MarginsOf(Tensor x, GraphValue paddings)
    {
        Tensor table = paddings.Tensor;
        if (table.dim() != 2 || table.shape[0] != x.dim() || table.shape[1] != 2)
            throw new KernelException($"Its paddings are {paddings}; for {Shapes.Text(x.shape)} they must be {x.dim()} pairs of integers.");
        long[] sides = Sides(table);
        if (sides.Any(side => side is < 0 or > Shapes.MaximumElements))
            throw new KernelException($"Its paddings are {Shapes.Text(sides)}; none may be negative.");
        Margin[] margins = [.. sides.Chunk(2).Select(pair => new Margin(pair[0], pair[1]))];
        Shapes.Elements([.. x.shape.Zip(margins, (size, margin) => size + margin.Total)]);
        return margins;
    }

    /// <summary>Zeros around; a convolution that follows pads by itself.</summary>
    private sealed class ZeroPadding(GraphValue constant) : Kernel
    {
        private readonly long[]? _sides = constant.IsTensor && constant.Tensor is { dtype: ScalarType.Int32 or ScalarType.Int64 } table
            && table.numel() == 8 ? Sides(table) : null;

        public override GraphValue[] Run(GraphValue[] inputs) => [Pad(inputs[0].Tensor, inputs[1], 0)];

        public override Kernel? Join(Kernel next)
        {
            if (next is not ConvolutionKernel convolution || _sides is null || _sides.Any(side => side < 0)) return null;
            return _sides switch
            {
                [0, 0, var top, var bottom, var left, var right, 0, 0] => convolution.After(new(top, bottom), new(left, right), true),
                [0, 0, 0, 0, var top, var bottom, var left, var right] => convolution.After(new(top, bottom), new(left, right), false),
                _ => null,
            };
        }
    }

    private static double SingleOf(Tensor value) => value.numel() == 1
        ? value.to(ScalarType.Float64).item<double>()
        : throw new KernelException($"Its filler is {Shapes.Text(value.shape)}; it must be a single number.");
}
