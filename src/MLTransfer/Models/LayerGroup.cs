using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>Which output of a backbone are its features.</summary>
/// <param name="Layer">A layer group, or the first part of the names of several, of which it is the last; null: the last of all.</param>
/// <param name="IsPooled">Whether maps are averaged over all positions, and not flattened.</param>
internal sealed record FeatureOutput(string? Layer, bool IsPooled)
{
    /// <summary>The vector before the classifier, which the backbone pools in its own way.</summary>
    public static FeatureOutput Bottleneck { get; } = new(null, true);
}

/// <summary>One step of a backbone from input to output: what <see cref="Layers.From"/> can name.</summary>
public sealed class LayerGroup
{
    private readonly Func<Tensor, Tensor> _forward;
    private readonly Func<SymbolicTensor, SymbolicTensor>? _export;

    /// <summary>A group that is one module.</summary>
    /// <param name="name">The name of the module in the backbone's <c>state_dict</c>.</param>
    /// <param name="module">The module.</param>
    public LayerGroup(string name, nn.Module<Tensor, Tensor> module)
        : this(name, [module], (module ?? throw new ArgumentNullException(nameof(module))).call, input => input.Through(module))
    {
    }

    /// <summary>A group of several modules, or of one with more around it.</summary>
    /// <param name="name">A name of the backbone's <c>state_dict</c>, that of its first module.</param>
    /// <param name="modules">The modules whose parameters belong to the group.</param>
    /// <param name="forward">Computes the group's output from that of the group before; leaves its input as it is.</param>
    /// <param name="export">
    /// Describes the same, for prediction and for export to ONNX. Default: null, the network predicts more slowly and cannot be exported.
    /// </param>
    public LayerGroup(
        string name, IReadOnlyList<nn.Module> modules, Func<Tensor, Tensor> forward,
        Func<SymbolicTensor, SymbolicTensor>? export = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(modules);
        ArgumentNullException.ThrowIfNull(forward);
        Name = name;
        Modules = modules;
        _forward = forward;
        _export = export;
    }

    /// <summary>The name of the group, a name of the backbone's <c>state_dict</c>: <c>layer4</c>, <c>features.12</c>.</summary>
    public string Name { get; }

    /// <summary>The modules whose parameters belong to the group.</summary>
    public IReadOnlyList<nn.Module> Modules { get; }

    /// <summary>Runs the group on the output of the group before it.</summary>
    public Tensor Forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _forward(input).MoveToOuterDisposeScope();
    }

    /// <summary>Appends the operations of the group to a graph.</summary>
    /// <exception cref="NotSupportedException">The group has no form for export.</exception>
    internal SymbolicTensor Export(SymbolicTensor input) => _export is not null ? _export(input) : throw new NotSupportedException(
        $"The layer group '{Name}' cannot be exported: it is computed by a function. Give the constructor of {nameof(LayerGroup)} an "
        + $"export function too, which describes the same operations on a {nameof(SymbolicTensor)}.");
}
