using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Kernels;

/// <summary>How a window moves over an image.</summary>
/// <param name="Padding">How far it goes beyond the image.</param>
/// <param name="StrideHeight">Rows from one window to the next.</param>
/// <param name="StrideWidth">Columns from one window to the next.</param>
/// <param name="DilationHeight">Rows from one element of the window to the next.</param>
/// <param name="DilationWidth">Columns from one element of the window to the next.</param>
/// <param name="ChannelsLast">Whether images are (N, H, W, C); otherwise (N, C, H, W).</param>
internal sealed record Windowing(
    PaddingRule Padding, long StrideHeight, long StrideWidth, long DilationHeight = 1, long DilationWidth = 1, bool ChannelsLast = true)
{
    /// <summary>Throws unless strides and dilations are positive and not absurdly large.</summary>
    /// <exception cref="KernelException">One is not.</exception>
    public Windowing Checked()
    {
        foreach (long size in (long[])[StrideHeight, StrideWidth, DilationHeight, DilationWidth])
        {
            if (size is < 1 or > PaddingRule.Largest)
                throw new KernelException($"A stride or dilation is {size}; it must lie between 1 and {PaddingRule.Largest}.");
        }
        return this;
    }

    /// <summary>Images as torch wants them, (N, C, H, W), in the same memory.</summary>
    /// <exception cref="KernelException">They have not four axes.</exception>
    public Tensor ToTorch(Tensor images)
    {
        if (images.dim() != 4) throw new KernelException($"It expects images of 4 axes, and is given {Shapes.Text(images.shape)}.");
        return ChannelsLast ? images.permute(0, 3, 1, 2) : images;
    }

    /// <summary>How many windows fit into an axis that is padded already.</summary>
    public static long Steps(long size, long window, long stride, long dilation) => ((size - ((window - 1) * dilation) - 1) / stride) + 1;

    /// <summary>torch's images as the graph wants them.</summary>
    public Tensor FromTorch(Tensor images) => ChannelsLast ? images.permute(0, 2, 3, 1) : images;

    /// <summary>Pads what torch's own padding cannot, which is the same before and after.</summary>
    /// <param name="images">(N, C, H, W).</param>
    /// <param name="height">The rows of the window.</param>
    /// <param name="width">The columns of the window.</param>
    /// <param name="filler">The value of the padding.</param>
    /// <returns>The images, and the padding that is left for torch: rows, columns.</returns>
    /// <exception cref="KernelException">The images would become too large, or the window is larger than they are.</exception>
    public (Tensor Images, long[] Even) Pad(Tensor images, long height, long width, double filler)
    {
        long[] shape = images.shape;
        Margin rows = Padding.Of(0, shape[2], height, StrideHeight, DilationHeight);
        Margin columns = Padding.Of(1, shape[3], width, StrideWidth, DilationWidth);
        (long paddedHeight, long paddedWidth) = (shape[2] + rows.Total, shape[3] + columns.Total);
        Shapes.Elements(shape[0], shape[1], paddedHeight, paddedWidth);
        if (((height - 1) * DilationHeight) + 1 > paddedHeight || ((width - 1) * DilationWidth) + 1 > paddedWidth)
            throw new KernelException($"Its window of {height} x {width} is larger than the image, {shape[2]} x {shape[3]}.");
        if (rows.IsEven && columns.IsEven) return (images, [rows.Before, columns.Before]);
        Tensor padded = nn.functional.pad(
            images, new[] { columns.Before, columns.After, rows.Before, rows.After }, PaddingModes.Constant, filler);
        return (padded, [0, 0]);
    }
}

/// <summary>
/// A convolution with constant weights, and the bias, batch norm and activation that follow it. Images stay in the memory layout they
/// come in: those of TensorFlow are computed channels-last without a copy.
/// </summary>
internal sealed class ConvolutionKernel : Kernel
{
    private readonly Windowing _windowing;
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly ActivationKernel? _activation;

    /// <param name="weight">(outputs, inputs / groups, height, width); copied.</param>
    /// <param name="bias">One for each output; copied. Null: none.</param>
    /// <param name="windowing">How the window moves.</param>
    /// <param name="activation">What follows.</param>
    public ConvolutionKernel(Tensor weight, Tensor? bias, Windowing windowing, ActivationKernel? activation = null)
    {
        using var scope = NewDisposeScope();
        (_windowing, _activation) = (windowing, activation);
        _weight = ChannelsLastMemory(weight).DetachFromDisposeScope();
        _bias = bias?.clone().DetachFromDisposeScope();
    }

    public override GraphValue[] Run(GraphValue[] inputs) => [Convolve(inputs[0].Tensor, _weight, _bias, _windowing, _activation)];

    public override Kernel? Join(Kernel next)
    {
        if (_activation is not null || _weight.dtype != ScalarType.Float32) return null;
        if (next is ActivationKernel activation) return new ConvolutionKernel(_weight, _bias, _windowing, activation);
        using var scope = NewDisposeScope();
        if (next is not AffineKernel affine
            || affine.PerChannel(_weight.shape[0], 4, _windowing.ChannelsLast ? 1 : 3) is not var (scale, shift)) return null;
        (scale, shift) = (scale.to(_weight.device), shift.to(_weight.device));
        Tensor weight = (_weight.to(ScalarType.Float64) * scale.view(-1, 1, 1, 1)).to(ScalarType.Float32);
        Tensor bias = (_bias is null ? shift : (_bias.to(ScalarType.Float64) * scale) + shift).to(ScalarType.Float32);
        return new ConvolutionKernel(weight, bias, _windowing);
    }

    /// <summary>This convolution of images with zeros around them; null where its padding depends on their size.</summary>
    /// <param name="rows">The zeros above and below.</param>
    /// <param name="columns">The zeros left and right.</param>
    /// <param name="channelsLast">Whether the padded images are (N, H, W, C).</param>
    public ConvolutionKernel? After(Margin rows, Margin columns, bool channelsLast) =>
        channelsLast == _windowing.ChannelsLast && _windowing.Padding.Add(rows, columns) is { } padding
            ? new ConvolutionKernel(_weight, _bias, _windowing with { Padding = padding }, _activation)
            : null;

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
        base.Dispose();
    }

    /// <summary>Convolves images with weights (outputs, inputs / groups, height, width); the groups follow from the shapes.</summary>
    /// <exception cref="KernelException">The shapes do not fit.</exception>
    public static Tensor Convolve(Tensor images, Tensor weight, Tensor? bias, Windowing windowing, ActivationKernel? activation = null)
    {
        Tensor input = windowing.ToTorch(images);
        (long channels, long taken, long outputs) = (input.shape[1], weight.shape[1], weight.shape[0]);
        if (weight.numel() == 0 || taken == 0 || channels % taken != 0 || outputs % (channels / taken) != 0 || channels == 0)
            throw new KernelException($"Images of {channels} channels do not fit a filter for {taken} channels with {outputs} outputs.");
        bool isHalf = images.dtype == ScalarType.Float16 && images.device_type == DeviceType.CPU;
        if (isHalf) (input, weight, bias) = (input.to(ScalarType.Float32), weight.to(ScalarType.Float32), bias?.to(ScalarType.Float32));
        (Tensor padded, long[] even) = windowing.Pad(input, weight.shape[2], weight.shape[3], 0);
        Shapes.Elements(input.shape[0], outputs,
            Windowing.Steps(padded.shape[2] + (2 * even[0]), weight.shape[2], windowing.StrideHeight, windowing.DilationHeight),
            Windowing.Steps(padded.shape[3] + (2 * even[1]), weight.shape[3], windowing.StrideWidth, windowing.DilationWidth));
        Tensor output = nn.functional.conv2d(padded, weight, bias, [windowing.StrideHeight, windowing.StrideWidth], even,
            [windowing.DilationHeight, windowing.DilationWidth], channels / taken);
        if (activation is not null) output = activation.InPlace(output);
        return windowing.FromTorch(isHalf ? output.to(ScalarType.Float16) : output);
    }

    private static Tensor ChannelsLastMemory(Tensor weight) => weight.permute(0, 2, 3, 1).clone().contiguous().permute(0, 3, 1, 2);
}

/// <summary>A product with a constant matrix, and the bias and activation that follow it.</summary>
internal sealed class MatrixKernel : Kernel
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly bool _transposeInput;
    private readonly ActivationKernel? _activation;

    /// <param name="weight">(outputs, inputs); copied.</param>
    /// <param name="bias">One for each output; copied. Null: none.</param>
    /// <param name="transposeInput">Whether the rows of the input are its features.</param>
    /// <param name="activation">What follows.</param>
    public MatrixKernel(Tensor weight, Tensor? bias, bool transposeInput = false, ActivationKernel? activation = null)
    {
        using var scope = NewDisposeScope();
        (_transposeInput, _activation) = (transposeInput, activation);
        _weight = weight.clone().contiguous().DetachFromDisposeScope();
        _bias = bias?.clone().DetachFromDisposeScope();
    }

    public override GraphValue[] Run(GraphValue[] inputs)
    {
        Tensor input = inputs[0].Tensor;
        if (input.dim() != 2) throw new KernelException($"It expects a matrix, and is given {inputs[0]}.");
        if (_transposeInput) input = input.t();
        Shapes.Elements(input.shape[0], _weight.shape[0]);
        Tensor output = nn.functional.linear(input, _weight, _bias);
        return [_activation is null ? output : _activation.InPlace(output)];
    }

    public override Kernel? Join(Kernel next)
    {
        if (_activation is not null || _weight.dtype != ScalarType.Float32) return null;
        if (next is ActivationKernel activation) return new MatrixKernel(_weight, _bias, _transposeInput, activation);
        using var scope = NewDisposeScope();
        if (next is not AffineKernel affine || affine.PerChannel(_weight.shape[0], 2, 1) is not var (scale, shift)) return null;
        (scale, shift) = (scale.to(_weight.device), shift.to(_weight.device));
        Tensor weight = (_weight.to(ScalarType.Float64) * scale.view(-1, 1)).to(ScalarType.Float32);
        Tensor bias = (_bias is null ? shift : (_bias.to(ScalarType.Float64) * scale) + shift).to(ScalarType.Float32);
        return new MatrixKernel(weight, bias, _transposeInput);
    }

    public override void Dispose()
    {
        _weight.Dispose();
        _bias?.Dispose();
        base.Dispose();
    }
}
