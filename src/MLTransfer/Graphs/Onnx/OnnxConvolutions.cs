using MLTransfer.Graphs.Kernels;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Convolutions, pooling and matrix products.</summary>
internal static class OnnxConvolutions
{
    public static void AddTo(OperationSet operations) => operations
        .Add("Conv", Convolution)
        .Add("ConvTranspose", (node, _) => Transposed(node))
        .Add("MaxPool", (node, _) => Pool(node, isMean: false))
        .Add("AveragePool", (node, _) => Pool(node, isMean: true))
        .Add("GlobalAveragePool", 1, inputs => Images(inputs[0]).mean(Spatial(inputs[0]), keepdim: true))
        .Add("GlobalMaxPool", 1, inputs => Images(inputs[0]).amax(Spatial(inputs[0]), keepdim: true))
        .Add("Gemm", Gemm)
        .Add("MatMul", Product);

    private static Tensor Images(Tensor images) => images.dim() > 2
        ? images : throw new KernelException($"It expects images, and is given {Shapes.Text(images.shape)}.");

    private static long[] Spatial(Tensor images) => [.. Enumerable.Range(2, (int)images.dim() - 2).Select(axis => (long)axis)];

    private static Windowing WindowingOf(GraphNode node) => WindowingOf(node, PaddingOf(node));

    private static Windowing WindowingOf(GraphNode node, PaddingRule padding)
    {
        long[] strides = Pair(node, "strides"), dilations = Pair(node, "dilations");
        return new Windowing(padding, strides[0], strides[1], dilations[0], dilations[1], ChannelsLast: false).Checked();
    }

    private static long[] Pair(GraphNode node, string name) => node.Attribute(name, new long[] { 1, 1 }) is { Length: 2 } pair
        ? pair : throw new KernelException($"The attribute '{name}' of {node.Operation} must have two numbers: only images are computed.");

    private static PaddingRule PaddingOf(GraphNode node) => node.Attribute("auto_pad", "NOTSET") switch
    {
        "NOTSET" or "" => MarginsOf(node) is var (height, width) ? PaddingRule.Fixed(height, width) : PaddingRule.Valid,
        "VALID" => PaddingRule.Valid,
        "SAME_UPPER" => PaddingRule.Same,
        "SAME_LOWER" => PaddingRule.SameLower,
        var other => throw new KernelException($"Its auto_pad is '{other}'; NOTSET, VALID, SAME_UPPER and SAME_LOWER are possible."),
    };

    private static (Margin Height, Margin Width) MarginsOf(GraphNode node) => node.Attribute("pads", new long[4]) switch
    {
        [var top, var left, var bottom, var right] => (new Margin(top, bottom), new Margin(left, right)),
        _ => throw new KernelException($"The attribute 'pads' of {node.Operation} must have four numbers: only images are computed."),
    };

    private static Kernel Convolution(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 2, 3);
        Windowing windowing = WindowingOf(node);
        long groups = node.Attribute("group", 1L);
        bool hasBias = node.Inputs.Count > 2 && node.Inputs[2].Node >= 0;
        if (constants[1].IsTensor && (!hasBias || constants[2].IsTensor))
            return new ConvolutionKernel(Filter(constants[1].Tensor, groups), Bias(constants), windowing);
        return new FunctionKernel(inputs =>
            [ConvolutionKernel.Convolve(inputs[0].Tensor, Filter(inputs[1].Tensor, groups), Bias(inputs), windowing)]);

        static Tensor? Bias(GraphValue[] inputs) => OnnxOperations.Optional(inputs, 2) is { IsTensor: true } bias ? bias.Tensor : null;
    }

    private static Tensor Filter(Tensor filter, long groups) => filter.dim() == 4 && groups >= 1 && filter.shape[0] % groups == 0
        ? filter : throw new KernelException($"Its filter is {Shapes.Text(filter.shape)} for {groups} groups; four axes are expected.");

    private static FunctionKernel Transposed(GraphNode node)
    {
        OperationSet.RequireInputs(node, 2, 3);
        Windowing windowing = WindowingOf(node);
        (Margin height, Margin width) = MarginsOf(node);
        long[] more = node.Attribute("output_padding", new long[2]);
        long groups = node.Attribute("group", 1L);
        if (node.Attribute("auto_pad", "NOTSET") != "NOTSET" || node.Attributes.ContainsKey("output_shape") || more is not { Length: 2 }
            || more.Any(size => size is < 0 or > PaddingRule.Largest) || groups < 1)
            throw new KernelException(
                "It is padded automatically, or to a given shape; only the attributes 'pads' and 'output_padding' are read.");
        return new FunctionKernel(inputs =>
        {
            Tensor whole = Transposed(inputs, windowing, more, groups);
            long rows = whole.shape[2] - height.Total, columns = whole.shape[3] - width.Total;
            if (rows < 1 || columns < 1) throw new KernelException("Its 'pads' leave nothing of the result.");
            return [whole.narrow(2, height.Before, rows).narrow(3, width.Before, columns)];
        });
    }

    /// <summary>All that the windows reach, and <paramref name="more"/> places at the end that only the bias reaches.</summary>
    private static Tensor Transposed(GraphValue[] inputs, Windowing windowing, long[] more, long groups)
    {
        Tensor images = Images(inputs[0].Tensor), filter = inputs[1].Tensor;
        if (images.dim() != 4 || filter.dim() != 4 || images.shape[1] != filter.shape[0] || images.shape[1] % groups != 0)
            throw new KernelException($"Images {Shapes.Text(images.shape)} do not fit a filter {Shapes.Text(filter.shape)}.");
        Shapes.Elements(images.shape[0], filter.shape[1] * groups,
            ((images.shape[2] - 1) * windowing.StrideHeight) + ((filter.shape[2] - 1) * windowing.DilationHeight) + 1 + more[0],
            ((images.shape[3] - 1) * windowing.StrideWidth) + ((filter.shape[3] - 1) * windowing.DilationWidth) + 1 + more[1]);
        Tensor whole = nn.functional.conv_transpose2d(images, filter, null, [windowing.StrideHeight, windowing.StrideWidth],
            dilation: [windowing.DilationHeight, windowing.DilationWidth], groups: groups);
        if (more.Any(size => size > 0)) whole = nn.functional.pad(whole, new[] { 0, more[1], 0, more[0] });
        return OnnxOperations.Optional(inputs, 2) is { IsTensor: true } bias ? whole + bias.Tensor.view(1, -1, 1, 1) : whole;
    }

    private static FunctionKernel Pool(GraphNode node, bool isMean)
    {
        OperationSet.RequireInputs(node, 1, 1);
        long[] window = node.Attribute<long[]>("kernel_shape");
        if (window is not [>= 1 and <= PaddingRule.Largest, >= 1 and <= PaddingRule.Largest])
            throw new KernelException($"Its window is {Shapes.Text(window)}; two positive numbers are expected.");
        Windowing windowing = WindowingOf(node);
        bool ceils = node.Attribute("ceil_mode", 0L) != 0, counts = node.Attribute("count_include_pad", 0L) != 0;
        if (isMean && (windowing.DilationHeight, windowing.DilationWidth) != (1, 1))
            throw new KernelException("It has dilations, which are not supported in a mean.");
        return new FunctionKernel(inputs =>
        {
            Tensor images = inputs[0].Tensor;
            // Padding that counts is part of the image.
            if (isMean && counts)
            {
                (images, long[] even) = windowing.Pad(windowing.ToTorch(images), window[0], window[1], 0);
                if (even[0] + even[1] > 0) images = nn.functional.pad(images, new[] { even[1], even[1], even[0], even[0] });
            }
            Windowing used = windowing with { Padding = isMean && counts ? PaddingRule.Valid : windowing.Padding };
            if (ceils) used = used with { Padding = Ceiled(images, used, window) };
            return [isMean ? Pooling.Average(images, window[0], window[1], used) : Pooling.Max(images, window[0], window[1], used)];
        });
    }

    /// <summary>
    /// The padding with which a last window that is not whole fits too, if it begins in the image or the padding before it.
    /// </summary>
    private static PaddingRule Ceiled(Tensor images, Windowing windowing, long[] window)
    {
        long[] shape = windowing.ToTorch(images).shape;
        return PaddingRule.Fixed(
            Ceiled(windowing.Padding.Of(0, shape[2], window[0], windowing.StrideHeight, windowing.DilationHeight), shape[2],
                ((window[0] - 1) * windowing.DilationHeight) + 1, windowing.StrideHeight),
            Ceiled(windowing.Padding.Of(1, shape[3], window[1], windowing.StrideWidth, windowing.DilationWidth), shape[3],
                ((window[1] - 1) * windowing.DilationWidth) + 1, windowing.StrideWidth));
    }

    private static Margin Ceiled(Margin margin, long size, long window, long stride)
    {
        long windows = ((size + margin.Total - window + stride - 1) / stride) + 1;
        if ((windows - 1) * stride >= size + margin.Before) windows--;
        return margin with { After = Math.Max(0, ((windows - 1) * stride) + window - size - margin.Before) };
    }

    private static Kernel Gemm(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 2, 3);
        (double alpha, double beta) = (node.Attribute("alpha", 1.0), node.Attribute("beta", 1.0));
        (bool first, bool second) = (node.Attribute("transA", 0L) != 0, node.Attribute("transB", 0L) != 0);
        GraphValue bias = OnnxOperations.Optional(constants, 2);
        bool hasBias = node.Inputs.Count > 2 && node.Inputs[2].Node >= 0;
        if (constants[1].IsTensor && constants[1].Tensor is { dtype: ScalarType.Float32 } matrix && matrix.dim() == 2
            && (alpha, beta) == (1, 1)
            && (!hasBias || (bias.IsTensor && bias.Tensor.dim() == 1 && bias.Tensor.numel() == matrix.shape[second ? 0 : 1])))
            return new MatrixKernel(second ? matrix : matrix.t(), hasBias ? bias.Tensor : null, first);
        return new FunctionKernel(inputs =>
        {
            (Tensor one, Tensor other) = (inputs[0].Tensor, inputs[1].Tensor);
            if (one.dim() != 2 || other.dim() != 2)
                throw new KernelException($"It expects matrices, and is given {inputs[0]} and {inputs[1]}.");
            (one, other) = (first ? one.t() : one, second ? other.t() : other);
            Shapes.Elements(one.shape[0], other.shape[1]);
            Tensor product = one.matmul(other);
            if (alpha != 1) product *= alpha;
            if (OnnxOperations.Optional(inputs, 2) is not { IsTensor: true } added) return [product];
            Shapes.Broadcast(product.shape, added.Tensor.shape);
            return [product + (beta == 1 ? added.Tensor : added.Tensor * beta)];
        });
    }

    private static Kernel Product(GraphNode node, GraphValue[] constants)
    {
        OperationSet.RequireInputs(node, 2, 2);
        return new FunctionKernel(inputs =>
        {
            (Tensor one, Tensor other) = (inputs[0].Tensor, inputs[1].Tensor);
            if (one.dim() < 1 || other.dim() < 1)
                throw new KernelException($"It expects matrices, and is given {inputs[0]} and {inputs[1]}.");
            if (one.dim() >= 2 && other.dim() >= 2)
            {
                long[] batch = Shapes.Broadcast(one.shape.AsSpan()[..^2], other.shape.AsSpan()[..^2]);
                Shapes.Elements([.. batch, one.shape[^2], other.shape[^1]]);
            }
            return [one.matmul(other)];
        });
    }
}
