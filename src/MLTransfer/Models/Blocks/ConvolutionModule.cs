using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>A convolution, its batch norm and the activation after them, if any, as one module.</summary>
internal sealed class ConvolutionModule : NamedModule, IExportable
{
    private readonly ConvolutionUnit _unit;
    private readonly Activation? _activation;

    /// <summary>Names the layers "0" and "1", as torchvision's blocks do.</summary>
    public ConvolutionModule(ConvolutionShape shape, BatchNormOptions norm, Activation? activation = null)
        : this("0", "1", shape, norm, activation)
    {
    }

    /// <summary>Names the layers as given.</summary>
    public ConvolutionModule(string convolution, string norm, ConvolutionShape shape)
        : this(convolution, norm, shape, BatchNormOptions.Default, activation: null)
    {
    }

    private ConvolutionModule(
        string convolution, string norm, ConvolutionShape shape, BatchNormOptions statistics, Activation? activation)
        : base(nameof(ConvolutionModule))
    {
        _unit = Convolution(convolution, norm, shape, statistics);
        _activation = activation;
    }

    /// <summary>As torchvision's GoogLeNet and Inception v3 have them: "conv" and "bn" with ε = 1e-3, and a ReLU.</summary>
    public static ConvolutionModule Inception(ConvolutionShape shape) =>
        new("conv", "bn", shape, new BatchNormOptions(1e-3), Activation.Relu);

    public override Tensor forward(Tensor input)
    {
        Tensor result = _unit.Forward(input);
        return _activation is null ? result : _activation.Apply(result);
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor result = _unit.Export(input);
        return _activation is null ? result : _activation.Export(result);
    }
}

/// <summary>
/// Convolutions with batch norms, one after the other, some with a ReLU after them; numbered as in torchvision's Sequential, where each
/// layer counts.
/// </summary>
internal sealed class ConvolutionPath : NamedModule, IExportable
{
    private readonly (ConvolutionUnit Unit, bool Active)[] _steps;

    public ConvolutionPath(BatchNormOptions norm, params (ConvolutionShape Shape, bool Active)[] steps) : base(nameof(ConvolutionPath))
    {
        _steps = new (ConvolutionUnit, bool)[steps.Length];
        for (int i = 0, index = 0; i < steps.Length; i++)
        {
            _steps[i] = (Convolution($"{index}", $"{index + 1}", steps[i].Shape, norm), steps[i].Active);
            index += steps[i].Active ? 3 : 2;
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input;
        foreach ((ConvolutionUnit unit, bool active) in _steps)
        {
            Tensor next = unit.Forward(state);
            if (!ReferenceEquals(state, input)) state.Dispose();
            state = active ? next.relu_() : next;
        }

        return state.MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input) => _steps.Aggregate(
        input, (state, step) => step.Active ? step.Unit.Export(state).Relu() : step.Unit.Export(state));
}
