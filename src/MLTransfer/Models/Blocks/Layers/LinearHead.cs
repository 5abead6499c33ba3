using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>Dropout in training and a linear layer, as one module: its weights carry the names that a linear layer's have.</summary>
internal sealed class LinearHead : NamedModule
{
    private readonly double _dropout;

    public LinearHead(long inputs, long classes, double dropout, Action<Tensor, Tensor> initialise, bool hasBias = true)
        : base(nameof(LinearHead))
    {
        _dropout = dropout;
        var weight = new Parameter(empty(classes, inputs));
        var bias = new Parameter(empty(classes));
        initialise(weight, bias);
        register_parameter(nameof(weight), weight);
        if (hasBias) register_parameter(nameof(bias), bias);
        else bias.Dispose();
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor kept = nn.functional.dropout(input, _dropout, training);
        return nn.functional.linear(kept, get_parameter("weight")!, get_parameter("bias"));
    }
}
