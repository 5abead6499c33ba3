using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>Modules named "0", "1", … and run one after the other; what each leaves behind is freed at once.</summary>
internal sealed class Sequence : NamedModule
{
    private readonly IReadOnlyList<nn.Module<Tensor, Tensor>> _modules;

    public Sequence(IReadOnlyList<nn.Module<Tensor, Tensor>> modules) : base(nameof(Sequence))
    {
        _modules = modules;
        for (int i = 0; i < modules.Count; i++) register_module(i.ToString(System.Globalization.CultureInfo.InvariantCulture), modules[i]);
    }

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
