using static TorchSharp.torch;

namespace MLTransfer.Models.Blocks;

/// <summary>Modules named "0", "1", … or as is said, and run one after the other; what each leaves behind is freed at once.</summary>
internal sealed class Sequence : NamedModule
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
}
