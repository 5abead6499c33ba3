using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Pooling and normalization.</summary>
internal static class PoolingOperations
{
    public static void AddTo(OperationSet operations)
    {
        operations
            .Add("MaxPool", (node, _) => Pool(node, Pooling.Max))
            .Add("AvgPool", (node, _) => Pool(node, Pooling.Average))
            .Add("MaxPoolV2", MaxPoolByInputs)
            .Add("LRN", LocalResponseNorm)
            .Add("BatchNormWithGlobalNormalization", GlobalNorm);
        foreach (string name in (string[])["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"]) operations.Add(name, BatchNorm);
    }

    private static FunctionKernel Pool(GraphNode node, Func<Tensor, long, long, Windowing, Tensor> pool)
    {
        OperationSet.RequireInputs(node, 1, 1);
        Windowing windowing = ConvolutionOperations.WindowingOf(node);
        (long height, long width) = WindowOf(node, node.Attribute<long[]>("ksize"), windowing.ChannelsLast);
        return new FunctionKernel(inputs => [pool(inputs[0].Tensor, height, width, windowing)]);
    }

    private static (long Height, long Width) WindowOf(GraphNode node, long[] sizes, bool channelsLast)
    {
        ConvolutionOperations.FourOf(node, "ksize", sizes);
        (long height, long width) = channelsLast ? (sizes[1], sizes[2]) : (sizes[2], sizes[3]);
        bool isPositive = height is > 0 and <= PaddingRule.Largest && width is > 0 and <= PaddingRule.Largest;
        if (!isPositive || sizes[0] != 1 || sizes[channelsLast ? 3 : 1] != 1)
            throw new KernelException($"Its window is {Shapes.Text(sizes)}; it must be 1 along batch and channels, and positive.");
        return (height, width);
    }

    private static GraphValue[] MaxPoolByInputs(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 3, 3);
        var byAttributes = new GraphNode
        {
            Name = node.Name,
            Operation = node.Operation,
            Attributes = new Dictionary<string, object>(node.Attributes) { ["strides"] = inputs[2].ToIntegers() },
        };
        Windowing windowing = ConvolutionOperations.WindowingOf(byAttributes);
        (long height, long width) = WindowOf(node, inputs[1].ToIntegers(), windowing.ChannelsLast);
        return [Pooling.Max(inputs[0].Tensor, height, width, windowing)];
    }

    // Training mode is what a file without the attribute asks for.
    private static Kernel BatchNorm(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 5, 5);
        bool channelsLast = ConvolutionOperations.IsChannelsLast(node);
        double epsilon = node.Attribute("epsilon", 0.0001);
        bool isTraining = node.Attribute("is_training", true);
        if (!isTraining && constants[0].IsAbsent && constants.Skip(1).All(constant => constant.IsTensor))
        {
            (Tensor scale, Tensor shift) Constants() => ScaleAndShift([.. constants.Skip(1).Select(value => Wide(value.Tensor))], epsilon);
            return new NormKernel(Constants, channelsLast);
        }
        return new FunctionKernel(inputs =>
        {
            Tensor images = inputs[0].Tensor;
            (Tensor mean, Tensor variance) = isTraining ? BatchStatistics(images, channelsLast) : (inputs[3].Tensor, inputs[4].Tensor);
            (Tensor scale, Tensor shift) = ScaleAndShift([inputs[1].Tensor, inputs[2].Tensor, mean, variance], epsilon);
            Tensor normed = NormKernel.Apply(images, scale, shift, channelsLast);
            long count = images.numel() / Math.Max(1, mean.numel());
            Tensor unbiased = isTraining ? variance * ((double)count / Math.Max(1, count - 1)) : variance;
            return [normed, mean, unbiased, mean, variance, zeros(0, device: images.device)];
        });
    }

    private static Tensor Wide(Tensor values) => values.to(ScalarType.Float64);

    private static (Tensor Mean, Tensor Variance) BatchStatistics(Tensor images, bool channelsLast)
    {
        if (images.dim() != 4) throw new KernelException($"It expects images of 4 axes, and is given {Shapes.Text(images.shape)}.");
        long[] axes = channelsLast ? [0, 1, 2] : [0, 2, 3];
        Tensor wide = images.to(ScalarType.Float32), mean = wide.mean(axes, keepdim: true);
        return (mean.flatten(), (wide - mean).square().mean(axes).flatten());
    }

    /// <summary>The factor and summand that a batch norm comes to.</summary>
    /// <param name="norm">γ, β, mean and variance.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    private static (Tensor Scale, Tensor Shift) ScaleAndShift(Tensor[] norm, double epsilon)
    {
        if (norm.Any(vector => vector.dim() != 1 || vector.numel() != norm[0].numel()))
            throw new KernelException(
                $"Scale, offset, mean and variance are {string.Join(", ", norm.Select(vector => Shapes.Text(vector.shape)))}; "
                + "they must be vectors of the same length.");
        Tensor scale = norm[0] * (norm[3] + epsilon).rsqrt();
        return (scale, norm[1] - (norm[2] * scale));
    }

    private static Kernel GlobalNorm(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 5, 5);
        double epsilon = node.Attribute<double>("variance_epsilon");
        bool isScaled = node.Attribute<bool>("scale_after_normalization");
        if (constants[0].IsAbsent && constants.Skip(1).All(constant => constant.IsTensor))
            return new NormKernel(() => Norm([.. constants.Select(value => value.IsTensor ? Wide(value.Tensor) : null!)]), true);
        return new FunctionKernel(inputs =>
        {
            (Tensor scale, Tensor shift) = Norm([.. inputs.Select(input => input.Tensor)]);
            return [NormKernel.Apply(inputs[0].Tensor, scale, shift, true)];
        });

        // Its inputs are t, mean, variance, beta, gamma.
        (Tensor Scale, Tensor Shift) Norm(Tensor[] t) => ScaleAndShift([isScaled ? t[4] : t[4].ones_like(), t[3], t[1], t[2]], epsilon);
    }

    private static GraphValue[] LocalResponseNorm(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long radius = node.Attribute("depth_radius", 5L);
        if (inputs[0].Tensor is not { } images || images.dim() != 4 || radius is < 0 or > PaddingRule.Largest)
            throw new KernelException($"It expects images of 4 axes and a depth_radius from 0, and is given {inputs[0]} and {radius}.");
        radius = Math.Min(radius, images.shape[3]);
        Shapes.Elements(images.shape[0], images.shape[1], images.shape[2], images.shape[3] + (2 * radius));
        Tensor squares = nn.functional.pad(images.square(), new[] { radius, radius });
        Tensor sums = squares.unfold(-1, (2 * radius) + 1, 1).sum(-1);
        Tensor norm = (sums * node.Attribute("alpha", 1.0)) + node.Attribute("bias", 1.0);
        return [images / norm.pow(node.Attribute("beta", 0.5))];
    }
}

/// <summary>A batch norm with constants: scale · x + shift for each channel; a convolution before it takes it over.</summary>
internal sealed class NormKernel : AffineKernel
{
    /// <param name="constants">Scale and shift, in float64.</param>
    /// <param name="channelsLast">Whether the channels of x are its last axis, not its second.</param>
    public NormKernel(Func<(Tensor Scale, Tensor Shift)> constants, bool channelsLast)
        : this(Prepared(constants), channelsLast)
    {
    }

    private readonly (Tensor Scale, Tensor Shift) _constants;

    private NormKernel((Tensor Scale, Tensor Shift) prepared, bool channelsLast)
        : base(() => Shaped(prepared, channelsLast), x => Apply(x, prepared.Scale, prepared.Shift, channelsLast)) => _constants = prepared;

    public static Tensor Apply(Tensor images, Tensor scale, Tensor shift, bool channelsLast)
    {
        int rank = (int)images.dim();
        if (rank < 2 || images.shape[channelsLast ? rank - 1 : 1] != scale.numel())
            throw new KernelException($"A norm of {scale.numel()} channels does not fit {Shapes.Text(images.shape)}.");
        // Images in half precision have float32 statistics.
        Tensor wide = images.to(ScalarType.Float32);
        long[] shape = channelsLast ? [-1] : [-1, .. Enumerable.Repeat(1L, rank - 2)];
        (scale, shift) = (scale.to(ScalarType.Float32).view(shape), shift.to(ScalarType.Float32).view(shape));
        return addcmul(shift, wide, scale, 1).to(images.dtype);
    }

    public override void Dispose()
    {
        _constants.Scale.Dispose();
        _constants.Shift.Dispose();
        base.Dispose();
    }

    private static (Tensor? Scale, Tensor? Shift)? Shaped((Tensor Scale, Tensor Shift) norm, bool channelsLast) =>
        channelsLast ? norm : (norm.Scale.view(-1, 1, 1), norm.Shift.view(-1, 1, 1));

    private static (Tensor Scale, Tensor Shift) Prepared(Func<(Tensor Scale, Tensor Shift)> constants)
    {
        using var scope = NewDisposeScope();
        (Tensor scale, Tensor shift) = constants();
        return (scale.DetachFromDisposeScope(), shift.DetachFromDisposeScope());
    }
}
