using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>One step of a backbone from input to output: what <see cref="Layers.From"/> can name.</summary>
public sealed class LayerGroup
{
    private readonly Func<Tensor, Tensor> _forward;

    internal LayerGroup(string name, IReadOnlyList<nn.Module> modules, Func<Tensor, Tensor> forward)
    {
        Name = name;
        Modules = modules;
        _forward = forward;
    }

    /// <summary>The name of the group, a name of the backbone's <c>state_dict</c>: <c>layer4</c>, <c>features.12</c>.</summary>
    public string Name { get; }

    /// <summary>The modules whose parameters belong to the group.</summary>
    public IReadOnlyList<nn.Module> Modules { get; }

    /// <summary>Runs the group on what the group before it gave.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _forward(input).MoveToOuterDisposeScope();
    }
}
