using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>
/// A linear layer inside a backbone, its outputs scaled where a scale is given; folded, the weights include the scale and have the type of
/// the inference.
/// </summary>
internal sealed class LinearUnit(Linear linear, Func<Tensor>? scale = null) : IFoldable
{
    private Tensor? _weight;
    private Tensor? _bias;

    public Linear Layer => linear;

    /// <summary>Computes in the type of the input: with bfloat16 in training, the weights themselves stay in float32.</summary>
    public Tensor Forward(Tensor input)
    {
        if (_weight is not null) return nn.functional.linear(input, _weight, _bias);
        using var scope = NewDisposeScope();
        Tensor result = input.dtype == linear.weight!.dtype
            ? linear.call(input)
            : nn.functional.linear(input, linear.weight.to(input.dtype), linear.bias?.to(input.dtype));
        return (scale is null ? result : result * scale().flatten().to(input.dtype)).MoveToOuterDisposeScope();
    }

    public void Fold(ScalarType type)
    {
        Unfold();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        (Tensor weight, Tensor? bias) = Folded();
        _weight = weight.to(type).DetachFromDisposeScope();
        _bias = bias?.to(type).DetachFromDisposeScope();
    }

    /// <summary>Appends the layer to a graph, its scale in the weights.</summary>
    public SymbolicTensor Export(SymbolicTensor input)
    {
        (Tensor weight, Tensor? bias) = Folded();
        return input.Linear(weight, bias);
    }

    public void Unfold()
    {
        _weight?.Dispose();
        _bias?.Dispose();
        _weight = _bias = null;
    }

    private (Tensor Weight, Tensor? Bias) Folded()
    {
        Tensor factors = scale is null ? ones(1, device: linear.weight!.device) : scale().flatten();
        return (linear.weight! * factors.unsqueeze(1), linear.bias is { } bias ? bias * factors : null);
    }
}

/// <summary>Dropout in training and a linear layer as one module, with the parameter names of a linear layer.</summary>
internal sealed class LinearHead : NamedModule, IExportable
{
    private readonly double _dropout;

    public LinearHead(long inputs, long classes, double dropout, Action<Tensor, Tensor> initialize, bool hasBias = true)
        : base(nameof(LinearHead))
    {
        _dropout = dropout;
        var weight = new Parameter(empty(classes, inputs));
        var bias = new Parameter(empty(classes));
        initialize(weight, bias);
        register_parameter(nameof(weight), weight);
        if (hasBias) register_parameter(nameof(bias), bias);
        else bias.Dispose();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor kept = nn.functional.dropout(input, _dropout, training);
        return nn.functional.linear(kept, get_parameter("weight")!, get_parameter("bias"));
    }

    public SymbolicTensor Export(SymbolicTensor input) => input.Linear(get_parameter("weight")!, get_parameter("bias"));
}
