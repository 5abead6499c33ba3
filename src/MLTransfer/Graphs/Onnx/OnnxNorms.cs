using MLTransfer.Graphs.TensorFlow;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Normalizations and softmax.</summary>
internal static class OnnxNorms
{
    private const int FirstWithSingleAxis = 13, FirstGroupNormPerChannel = 21;

    public static void AddTo(OperationSet operations) => operations
        .Add("BatchNormalization", BatchNorm)
        .Add("InstanceNormalization", InstanceNorm)
        .Add("GroupNormalization", GroupNorm)
        .Add("LayerNormalization", LayerNorm)
        .Add("LpNormalization", LpNorm)
        .Add("LRN", LocalResponseNorm)
        .Add("Softmax", (node, inputs) => [AlongAxis(node, inputs[0].Tensor, (x, axis) => x.softmax(axis))])
        .Add("LogSoftmax", (node, inputs) => [AlongAxis(node, inputs[0].Tensor, (x, axis) => nn.functional.log_softmax(x, axis))])
        .Add("Hardmax", (node, inputs) => [AlongAxis(node, inputs[0].Tensor, Largest)]);

    // A convolution before it takes over the one of TensorFlow.
    private static Kernel BatchNorm(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 5, 5);
        if (node.Attribute("training_mode", 0L) != 0) throw new KernelException("It is in training mode; export the model for inference.");
        double epsilon = node.Attribute("epsilon", (double)1e-5f);
        if (!constants[0].IsAbsent || !constants.Skip(1).All(constant => constant.IsTensor))
            return new FunctionKernel(inputs => [Normalized(inputs, epsilon)]);
        var images = new GraphNode
        {
            Name = node.Name,
            Operation = node.Operation,
            Inputs = node.Inputs,
            Attributes = new Dictionary<string, object> { ["epsilon"] = epsilon, ["data_format"] = "NCHW", ["is_training"] = false },
        };
        return TensorFlowOperations.All.Factory("FusedBatchNorm")(images, constants);
    }

    private static Tensor Normalized(GraphValue[] inputs, double epsilon)
    {
        (Tensor x, Tensor[] norm) = (inputs[0].Tensor, [.. inputs.Skip(1).Select(input => input.Tensor)]);
        if (x.dim() < 2 || norm.Any(vector => vector.dim() != 1 || vector.numel() != x.shape[1]))
            throw new KernelException($"Its scale, bias, mean and variance do not fit {Shapes.Text(x.shape)}.");
        long[] shape = [-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        return ((x - norm[2].view(shape)) * (norm[0] * (norm[3] + epsilon).rsqrt()).view(shape)) + norm[1].view(shape);
    }

    private static GraphValue[] InstanceNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        return [PerGroup(inputs, inputs[0].Tensor.shape.ElementAtOrDefault(1), node.Attribute("epsilon", (double)1e-5f), true)];
    }

    private static GraphValue[] GroupNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        return [PerGroup(inputs, node.Attribute<long>("num_groups"), node.Attribute("epsilon", (double)1e-5f),
            OnnxOperations.VersionOf(node) >= FirstGroupNormPerChannel)];
    }

    private static Tensor PerGroup(GraphValue[] inputs, long groups, double epsilon, bool isPerChannel)
    {
        (Tensor x, Tensor scale, Tensor bias) = (inputs[0].Tensor, inputs[1].Tensor, inputs[2].Tensor);
        if (x.dim() < 3 || groups < 1 || x.shape[1] % groups != 0 || scale.numel() != (isPerChannel ? x.shape[1] : groups)
            || bias.numel() != scale.numel() || x.numel() == 0)
            throw new KernelException($"{groups} groups with {scale.numel()} scales do not fit {Shapes.Text(x.shape)}.");
        Tensor grouped = x.reshape(x.shape[0], groups, -1);
        Tensor centered = grouped - grouped.mean([2], keepdim: true);
        Tensor normed = centered * (centered.square().mean([2], keepdim: true) + epsilon).rsqrt();
        if (!isPerChannel) return ((normed * scale.view(-1, 1)) + bias.view(-1, 1)).reshape(x.shape);
        long[] shape = [-1, .. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        return (normed.reshape(x.shape) * scale.view(shape)) + bias.view(shape);
    }

    private static GraphValue[] LayerNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 3);
        (Tensor x, Tensor scale) = (inputs[0].Tensor, inputs[1].Tensor);
        int first = Shapes.Axis(node.Attribute("axis", -1L), x.dim());
        long[] axes = [.. Enumerable.Range(first, (int)x.dim() - first).Select(axis => (long)axis)];
        Shapes.Broadcast(x.shape, scale.shape);
        Tensor mean = x.mean(axes, keepdim: true), centered = x - mean;
        Tensor inverse = (centered.square().mean(axes, keepdim: true) + node.Attribute("epsilon", (double)1e-5f)).rsqrt();
        Tensor normed = centered * inverse * scale;
        if (OnnxOperations.Optional(inputs, 2) is not { IsTensor: true } bias) return [normed, mean, inverse];
        Shapes.Broadcast(normed.shape, bias.Tensor.shape);
        return [normed + bias.Tensor, mean, inverse];
    }

    private static GraphValue[] LpNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        Tensor x = inputs[0].Tensor;
        int axis = Shapes.Axis(node.Attribute("axis", -1L), x.dim());
        Tensor length = node.Attribute("p", 2L) == 1 ? x.abs().sum(axis, keepdim: true) : x.square().sum(axis, keepdim: true).sqrt();
        return [where(length == 0, zeros_like(x), x / length)];
    }

    // Each value is divided by the squares of the channels around it.
    private static GraphValue[] LocalResponseNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        Tensor x = inputs[0].Tensor;
        long size = node.Attribute<long>("size");
        if (x.dim() < 3 || size < 1 || size > 2 * x.shape[1])
            throw new KernelException($"It is over {size} channels of {Shapes.Text(x.shape)}.");
        long before = (size - 1) / 2, channels = x.shape[1];
        Tensor squares = nn.functional.pad(
            x.square().flatten(2), new[] { 0, 0, before, size - 1 - before }, TorchSharp.PaddingModes.Constant, 0);
        Tensor sum = Enumerable.Range(0, (int)size).Select(offset => squares.narrow(1, offset, channels))
            .Aggregate((one, next) => one + next);
        double alpha = node.Attribute("alpha", (double)1e-4f), beta = node.Attribute("beta", 0.75), bias = node.Attribute("bias", 1.0);
        return [x / ((sum * (alpha / size)) + bias).pow(beta).reshape(x.shape)];
    }

    // Until version 12, all axes from the given one on are one.
    private static Tensor AlongAxis(GraphNode node, Tensor x, Func<Tensor, long, Tensor> run)
    {
        bool isSingle = OnnxOperations.VersionOf(node) >= FirstWithSingleAxis;
        int axis = Shapes.Axis(node.Attribute("axis", isSingle ? -1L : 1L), Math.Max(1, x.dim()));
        return isSingle || axis == x.dim() - 1 ? run(x, axis) : run(x.flatten(axis), axis).reshape(x.shape);
    }

    private static Tensor Largest(Tensor x, long axis) => zeros_like(x).scatter(axis, x.argmax(axis, true), ones_like(x));
}
