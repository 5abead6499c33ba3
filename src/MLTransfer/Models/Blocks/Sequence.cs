using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>Modules that run one after the other, named "0", "1", … or as given; each intermediate result is freed at once.</summary>
internal sealed class Sequence : NamedModule, IExportable
{
    private readonly IReadOnlyList<nn.Module<Tensor, Tensor>> _modules;

    public Sequence(IReadOnlyList<nn.Module<Tensor, Tensor>> modules)
        : this([.. modules.Select((module, index) => (index.ToString(System.Globalization.CultureInfo.InvariantCulture), module))])
    {
    }

    public Sequence(IReadOnlyList<(string Name, nn.Module<Tensor, Tensor> Module)> modules) : base(nameof(Sequence)) =>
        _modules = [.. modules.Select(named => Child(named.Name, named.Module))];

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input.alias();
        foreach (var module in _modules)
        {
            Tensor next = module.call(state);
            state.Dispose();
            state = next;
        }

        return state.MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input) => _modules.Aggregate(input, (state, module) => state.Through(module));
}

/// <summary>
/// A module that only adds its name as a prefix to those of its children: <c>features.3</c>, <c>classifier.6</c>. The layer groups run
/// them.
/// </summary>
internal sealed class Container(string name) : NamedModule(name)
{
    public override Tensor forward(Tensor input) =>
        throw new NotSupportedException($"The layer groups run what is in '{GetName()}' one by one.");
}

/// <summary>
/// Wraps parameters that a network itself holds, in none of its layers, as a module for a layer group. The module is not registered.
/// </summary>
/// <param name="owner">The module that holds them.</param>
/// <param name="names">Their names in it.</param>
internal sealed class LooseParameters(nn.Module owner, params string[] names) : NamedModule(nameof(LooseParameters))
{
    public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
        names.Select(name => (name, owner.get_parameter(name)!));

    public override Tensor forward(Tensor input) => throw new NotSupportedException("The network uses these parameters itself.");
}
