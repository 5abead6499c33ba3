using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>Convolutions, matrix products, and the fused forms that TensorFlow's own optimizer writes.</summary>
internal static class ConvolutionOperations
{
    public static void AddTo(OperationSet operations) => operations
        .Add("Conv2D", (node, constants) => Convolution(node, constants, FilterToTorch))
        .Add("DepthwiseConv2dNative", (node, constants) => Convolution(node, constants, DepthwiseToTorch))
        .Add("Conv2DBackpropInput", (node, _) => Transposed(node))
        .Add("_FusedConv2D", FusedConvolution)
        .Add("_FusedMatMul", FusedProduct)
        .Add("FusedPadConv2D", (node, _) => PaddedConvolution(node, resizes: false))
        .Add("FusedResizeAndPadConv2D", (node, _) => PaddedConvolution(node, resizes: true))
        .Add("MatMul", Product)
        .Add("BatchMatMul", BatchProduct)
        .Add("BatchMatMulV2", BatchProduct);

    /// <summary>The windowing of a convolution or pooling.</summary>
    public static Windowing WindowingOf(GraphNode node)
    {
        bool channelsLast = IsChannelsLast(node);
        int height = channelsLast ? 1 : 2;
        long[] strides = FourOf(node, "strides", node.Attribute<long[]>("strides"));
        long[] dilations = FourOf(node, "dilations", node.Attribute("dilations", new long[] { 1, 1, 1, 1 }));
        if (strides[0] != 1 || strides[channelsLast ? 3 : 1] != 1)
            throw new KernelException($"Its strides are {Shapes.Text(strides)}; along batch and channels they must be 1.");
        PaddingRule padding = PaddingOf(node, height);
        return new Windowing(padding, strides[height], strides[height + 1], dilations[height], dilations[height + 1], channelsLast)
            .Checked();
    }

    /// <summary>Whether images are (N, H, W, C).</summary>
    public static bool IsChannelsLast(GraphNode node) => node.Attribute("data_format", "NHWC") switch
    {
        "NHWC" => true,
        "NCHW" => false,
        string other => throw new KernelException($"Its data_format is '{other}'; NHWC and NCHW are possible."),
    };

    /// <summary>A list attribute with a number for each axis of an image.</summary>
    public static long[] FourOf(GraphNode node, string name, long[] values) => values.Length == 4
        ? values
        : values.Length == 0 ? [1, 1, 1, 1] : throw new KernelException($"The attribute '{name}' of {node.Operation} must have 4 numbers.");

    private static PaddingRule PaddingOf(GraphNode node, int height)
    {
        switch (node.Attribute<string>("padding"))
        {
            case "SAME":
                return PaddingRule.Same;
            case "VALID":
                return PaddingRule.Valid;
            case "EXPLICIT" when node.Attribute("explicit_paddings", Array.Empty<long>()) is { Length: 8 } sides:
                int first = 2 * height;
                return PaddingRule.Fixed(new Margin(sides[first], sides[first + 1]), new Margin(sides[first + 2], sides[first + 3]));
            case var other:
                throw new KernelException($"Its padding is '{other}'; SAME, VALID, and EXPLICIT with 8 numbers are possible.");
        }
    }

    /// <summary>A filter (height, width, inputs, outputs) as (outputs, inputs, height, width).</summary>
    private static Tensor FilterToTorch(Tensor filter) => FourAxes(filter).permute(3, 2, 0, 1);

    /// <summary>A filter (height, width, channels, multiplier) as (channels * multiplier, 1, height, width).</summary>
    private static Tensor DepthwiseToTorch(Tensor filter)
    {
        long[] shape = FourAxes(filter).shape;
        return filter.permute(2, 3, 0, 1).reshape(shape[2] * shape[3], 1, shape[0], shape[1]);
    }

    private static Tensor FourAxes(Tensor filter) => filter.dim() == 4 && filter.numel() > 0
        ? filter : throw new KernelException($"Its filter is {Shapes.Text(filter.shape)}; it must have 4 axes and elements.");

    private static Kernel Convolution(GraphNode node, GraphValue[] constants, Func<Tensor, Tensor> toTorch)
    {
        OperationSet.RequireInputs(node, 2, 2);
        Windowing windowing = WindowingOf(node);
        if (constants[1].IsTensor) return new ConvolutionKernel(toTorch(constants[1].Tensor), null, windowing);
        return new FunctionKernel(inputs => [ConvolutionKernel.Convolve(inputs[0].Tensor, toTorch(inputs[1].Tensor), null, windowing)]);
    }

    // TensorFlow writes it as the gradient of a convolution: its padding is that of the convolution from the result to the input.
    private static FunctionKernel Transposed(GraphNode node)
    {
        OperationSet.RequireInputs(node, 3, 3);
        Windowing windowing = WindowingOf(node);
        return new FunctionKernel(inputs =>
        {
            long[] size = inputs[0].ToIntegers();
            if (size.Length == 2) size = windowing.ChannelsLast ? [0, .. size, 0] : [0, 0, .. size];
            FourOf(node, "input_sizes", size);
            (long height, long width) = windowing.ChannelsLast ? (size[1], size[2]) : (size[2], size[3]);
            Tensor filter = FourAxes(inputs[1].Tensor), input = windowing.ToTorch(inputs[2].Tensor);
            Shapes.Elements(input.shape[0], filter.shape[2], height, width);
            // What torch computes before it is cropped; where memory ends there, libtorch ends the process.
            Shapes.Elements(input.shape[0], filter.shape[2],
                ((input.shape[2] - 1) * windowing.StrideHeight) + ((filter.shape[0] - 1) * windowing.DilationHeight) + 1,
                ((input.shape[3] - 1) * windowing.StrideWidth) + ((filter.shape[1] - 1) * windowing.DilationWidth) + 1);
            Margin rows = windowing.Padding.Of(0, height, filter.shape[0], windowing.StrideHeight, windowing.DilationHeight);
            Margin columns = windowing.Padding.Of(1, width, filter.shape[1], windowing.StrideWidth, windowing.DilationWidth);
            Tensor whole = nn.functional.conv_transpose2d(input, filter.permute(3, 2, 0, 1), null,
                [windowing.StrideHeight, windowing.StrideWidth], dilation: [windowing.DilationHeight, windowing.DilationWidth]);
            // A negative padding crops.
            long bottom = height + rows.Before - whole.shape[2], right = width + columns.Before - whole.shape[3];
            return [windowing.FromTorch(nn.functional.pad(whole, new[] { -columns.Before, right, -rows.Before, bottom }))];
        });
    }

    private static Kernel FusedConvolution(GraphNode node, GraphValue[] constants)
    {
        string[] fused = node.Attribute("fused_ops", Array.Empty<string>());
        bool isNorm = fused is ["FusedBatchNorm", ..];
        if (fused is not (["BiasAdd"] or ["BiasAdd", _] or ["FusedBatchNorm"] or ["FusedBatchNorm", _]))
            throw new KernelException($"It fuses {string.Join(", ", fused)}; BiasAdd or FusedBatchNorm and an activation are possible.");
        OperationSet.RequireInputs(node, isNorm ? 6 : 3, isNorm ? 6 : 3);
        Windowing windowing = WindowingOf(node);
        ActivationKernel? activation = FusedActivation(node, fused);
        double epsilon = node.Attribute("epsilon", 0.0001);
        if (constants.Skip(1).All(constant => constant.IsTensor))
        {
            using var scope = NewDisposeScope();
            (Tensor weight, Tensor bias) = WeightAndBias(constants);
            return new ConvolutionKernel(weight, bias, windowing, activation);
        }
        return new FunctionKernel(inputs =>
        {
            (Tensor weight, Tensor bias) = WeightAndBias(inputs);
            return [ConvolutionKernel.Convolve(inputs[0].Tensor, weight, bias, windowing, activation)];
        });

        (Tensor Weight, Tensor Bias) WeightAndBias(GraphValue[] inputs)
        {
            Tensor weight = FilterToTorch(inputs[1].Tensor);
            if (!isNorm) return (weight, inputs[2].Tensor);
            Tensor scale = inputs[2].Tensor * (inputs[5].Tensor + epsilon).rsqrt();
            return (weight * scale.view(-1, 1, 1, 1), inputs[3].Tensor - (inputs[4].Tensor * scale));
        }
    }

    private static ActivationKernel? FusedActivation(GraphNode node, string[] fused) => fused.Length < 2 ? null
        : ElementwiseOperations.ByName(fused[1], node.Attribute("leakyrelu_alpha", 0.2))
            ?? throw new KernelException($"It fuses the activation '{fused[1]}', which is not known.");

    private static Kernel FusedProduct(GraphNode node, GraphValue[] constants)
    {
        string[] fused = node.Attribute("fused_ops", Array.Empty<string>());
        if (fused is not (["BiasAdd"] or ["BiasAdd", _]))
            throw new KernelException($"It fuses {string.Join(", ", fused)}; BiasAdd and an activation are possible.");
        OperationSet.RequireInputs(node, 3, 3);
        ActivationKernel? activation = FusedActivation(node, fused);
        (bool first, bool second) = (node.Attribute("transpose_a", false), node.Attribute("transpose_b", false));
        return new FunctionKernel(inputs =>
        {
            Tensor product = Multiply(inputs[0].Tensor, inputs[1].Tensor, first, second), bias = inputs[2].Tensor;
            Shapes.Broadcast(product.shape, bias.shape);
            product += bias;
            return [activation is null ? product : activation.InPlace(product)];
        });
    }

    // The padding in the node's name comes first, then a convolution with its own.
    private static FunctionKernel PaddedConvolution(GraphNode node, bool resizes)
    {
        int paddings = resizes ? 2 : 1;
        OperationSet.RequireInputs(node, paddings + 2, paddings + 2);
        Windowing windowing = WindowingOf(node);
        bool includesEdge = node.Attribute<string>("mode") == "SYMMETRIC";
        bool alignsCorners = node.Attribute("resize_align_corners", false);
        return new FunctionKernel(inputs =>
        {
            Tensor images = inputs[0].Tensor;
            if (resizes) images = Resizing.Bilinear(images, inputs[1], new ResizeGrid(alignsCorners, false));
            images = PadOperations.Mirror(images, inputs[paddings], includesEdge);
            return [ConvolutionKernel.Convolve(images, FilterToTorch(inputs[paddings + 1].Tensor), null, windowing)];
        });
    }

    private static Kernel Product(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 2, 2);
        (bool first, bool second) = (node.Attribute("transpose_a", false), node.Attribute("transpose_b", false));
        if (constants[1].IsTensor && constants[1].Tensor is { dtype: ScalarType.Float32 } matrix && matrix.dim() == 2)
            return new MatrixKernel(second ? matrix : matrix.t(), null, first);
        return new FunctionKernel(inputs => [Multiply(inputs[0].Tensor, inputs[1].Tensor, first, second)]);
    }

    private static Tensor Multiply(Tensor one, Tensor other, bool transposesFirst, bool transposesSecond)
    {
        if (one.dim() != 2 || other.dim() != 2)
            throw new KernelException($"It expects matrices, and is given {Shapes.Text(one.shape)} and {Shapes.Text(other.shape)}.");
        (one, other) = (transposesFirst ? one.t() : one, transposesSecond ? other.t() : other);
        Shapes.Elements(one.shape[0], other.shape[1]);
        return one.matmul(other);
    }

    private static GraphValue[] BatchProduct(GraphNode node, GraphValue[] inputs)
    {
        OperationSet.RequireInputs(node, 2, 2);
        (Tensor one, Tensor other) = (inputs[0].Tensor, inputs[1].Tensor);
        if (one.dim() < 2 || other.dim() < 2)
            throw new KernelException($"It expects matrices, and is given {inputs[0]} and {inputs[1]}.");
        if (node.Attribute("adj_x", false)) one = one.transpose(-1, -2);
        if (node.Attribute("adj_y", false)) other = other.transpose(-1, -2);
        long[] batch = Shapes.Broadcast(one.shape.AsSpan()[..^2], other.shape.AsSpan()[..^2]);
        Shapes.Elements([.. batch, one.shape[^2], other.shape[^1]]);
        Shapes.Elements([.. batch, one.shape[^2], one.shape[^1]]);
        Shapes.Elements([.. batch, other.shape[^2], other.shape[^1]]);
        return [one.matmul(other)];
    }
}
