using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Operations that exchange space for channels or for images of a batch.</summary>
internal static class BlockOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("DepthToSpace", (node, inputs) => [DepthToSpace(inputs[0].Tensor, Block(node), node)])
        .Add("SpaceToDepth", (node, inputs) => [SpaceToDepth(inputs[0].Tensor, Block(node), node)])
        .Add("SpaceToBatchND", (_, inputs) => [SpaceToBatch(inputs)])
        .Add("BatchToSpaceND", (_, inputs) => [BatchToSpace(inputs)])
        .Add("SpaceToBatch", (node, inputs) => [SpaceToBatch(WithBlocks(node, inputs))])
        .Add("BatchToSpace", (node, inputs) => [BatchToSpace(WithBlocks(node, inputs))]);

    // The older operations have one size for rows and columns, as an attribute.
    private static GraphValue[] WithBlocks(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        long block = Block(node);
        return [inputs[0], tensor(new[] { block, block }), inputs[1]];
    }

    private static long Block(GraphNode node) => node.Attribute<long>("block_size") is > 0 and <= PaddingRule.Largest and var size
        ? size : throw new KernelException("Its block_size must be positive.");

    private static Tensor DepthToSpace(Tensor images, long block, GraphNode node)
    {
        bool channelsLast = ConvolutionOperations.IsChannelsLast(node);
        Tensor x = FourAxes(channelsLast ? images : FourAxes(images).permute(0, 2, 3, 1));
        long[] shape = x.shape;
        if (shape[3] % (block * block) != 0) throw Unfit(images, block);
        long depth = shape[3] / (block * block);
        x = x.reshape(shape[0], shape[1], shape[2], block, block, depth).permute(0, 1, 3, 2, 4, 5)
            .reshape(shape[0], shape[1] * block, shape[2] * block, depth);
        return channelsLast ? x : x.permute(0, 3, 1, 2);
    }

    private static Tensor SpaceToDepth(Tensor images, long block, GraphNode node)
    {
        bool channelsLast = ConvolutionOperations.IsChannelsLast(node);
        Tensor x = FourAxes(channelsLast ? images : FourAxes(images).permute(0, 2, 3, 1));
        long[] shape = x.shape;
        if (shape[1] % block != 0 || shape[2] % block != 0) throw Unfit(images, block);
        x = x.reshape(shape[0], shape[1] / block, block, shape[2] / block, block, shape[3]).permute(0, 1, 3, 2, 4, 5)
            .reshape(shape[0], shape[1] / block, shape[2] / block, block * block * shape[3]);
        return channelsLast ? x : x.permute(0, 3, 1, 2);
    }

    private static Tensor SpaceToBatch(GraphValue[] inputs)
    {
        (long[] blocks, long[] sides) = BlocksOf(inputs);
        Tensor x = inputs[0].Tensor;
        int count = blocks.Length;
        Shapes.Elements([.. x.shape.Select((size, axis) =>
            axis >= 1 && axis <= count ? size + sides[(2 * axis) - 2] + sides[(2 * axis) - 1] : size)]);
        long[] padding = [.. Enumerable.Range(0, (int)x.dim()).Reverse().SelectMany(axis =>
            axis >= 1 && axis <= count ? new[] { sides[(2 * axis) - 2], sides[(2 * axis) - 1] } : [0L, 0L])];
        x = nn.functional.pad(x, padding);
        long[] shape = x.shape;
        if (Enumerable.Range(0, count).Any(block => shape[block + 1] % blocks[block] != 0)) throw Unfit(x, blocks[0]);
        long[] split = [shape[0],
            .. Enumerable.Range(0, count).SelectMany(block => new[] { shape[block + 1] / blocks[block], blocks[block] }),
            .. shape[(count + 1)..]];
        long[] order = [.. Enumerable.Range(0, count).Select(block => (2L * block) + 2), 0,
            .. Enumerable.Range(0, count).Select(block => (2L * block) + 1),
            .. Enumerable.Range((2 * count) + 1, shape.Length - count - 1).Select(axis => (long)axis)];
        long product = blocks.Aggregate(1L, (all, block) => all * block);
        return x.reshape(split).permute(order).reshape(
            [shape[0] * product, .. Enumerable.Range(0, count).Select(block => shape[block + 1] / blocks[block]), .. shape[(count + 1)..]]);
    }

    private static Tensor BatchToSpace(GraphValue[] inputs)
    {
        (long[] blocks, long[] crops) = BlocksOf(inputs);
        Tensor x = inputs[0].Tensor;
        long[] shape = x.shape;
        int count = blocks.Length;
        long product = blocks.Aggregate(1L, (all, block) => all * block);
        if (shape[0] % product != 0) throw Unfit(x, product);
        long[] order = [count, .. Enumerable.Range(0, count).SelectMany(block => new[] { (long)count + 1 + block, block }),
            .. Enumerable.Range((2 * count) + 1, shape.Length - count - 1).Select(axis => (long)axis)];
        x = x.reshape([.. blocks, shape[0] / product, .. shape[1..]]).permute(order).reshape(
            [shape[0] / product, .. Enumerable.Range(0, count).Select(block => shape[block + 1] * blocks[block]), .. shape[(count + 1)..]]);
        for (int block = 0; block < count; block++)
        {
            long left = x.shape[block + 1] - crops[2 * block] - crops[(2 * block) + 1];
            if (left < 0) throw new KernelException($"It crops more than {Shapes.Text(x.shape)} has.");
            x = x.narrow(block + 1, crops[2 * block], left);
        }
        return x;
    }

    private static (long[] Blocks, long[] Sides) BlocksOf(GraphValue[] inputs)
    {
        if (inputs.Length != 3) throw new KernelException($"It has {inputs.Length} inputs; it must have 3.");
        long[] blocks = inputs[1].ToIntegers();
        long[] sides = ((GraphValue)inputs[2].Tensor.flatten()).ToIntegers();
        if (sides.Length != 2 * blocks.Length || blocks.Length + 1 > inputs[0].Tensor.dim() || blocks.Any(block => block is < 1 or > 4096)
            || blocks.Length > 4 || sides.Any(side => side is < 0 or > PaddingRule.Largest))
            throw new KernelException($"Blocks {Shapes.Text(blocks)} with paddings {Shapes.Text(sides)} do not fit {inputs[0]}.");
        return (blocks, sides);
    }

    private static Tensor FourAxes(Tensor images) => images.dim() == 4
        ? images : throw new KernelException($"It expects images of 4 axes, and is given {Shapes.Text(images.shape)}.");

    private static KernelException Unfit(Tensor images, long block) =>
        new($"{Shapes.Text(images.shape)} cannot be divided into blocks of {block}.");
}
