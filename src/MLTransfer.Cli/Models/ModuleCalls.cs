using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace MLTransfer.Cli.Models;

/// <summary>Listens to a network's innermost modules and remembers which were called, and what they gave.</summary>
internal sealed class ModuleCalls
{
    private readonly IReadOnlyList<(string Name, Module Module)> _innermost;
    private readonly List<(Module Module, long[] Output)> _calls = [];

    internal ModuleCalls(Module network)
    {
        _innermost = [.. network.named_modules().Where(named => !named.module.children().Any())
            .Select(named => (named.name, named.module))];
        foreach (var module in _innermost.Select(named => named.Module).OfType<nn.Module<Tensor, Tensor>>())
        {
            module.register_forward_hook((_, _, output) =>
            {
                _calls.Add((module, output.shape));
                return output;
            });
        }
    }

    /// <summary>What has been called since the last time, then what of the given modules has parameters and was not called.</summary>
    internal IReadOnlyList<ModuleDescription> Take(IEnumerable<Module> modules)
    {
        var names = _innermost.ToDictionary(named => named.Module, named => named.Name);
        var called = _calls.Select(call => Described(names[call.Module], call.Module, call.Output)).ToArray();
        var seen = _calls.Select(call => call.Module).ToHashSet();
        _calls.Clear();
        var silent = modules.SelectMany(module => module.modules().Prepend(module)).Distinct()
            .Where(module => names.ContainsKey(module) && !seen.Contains(module) && module.parameters().Any())
            .Select(module => Described(names[module], module, output: null));
        return [.. called, .. silent];
    }

    private static ModuleDescription Described(string name, Module module, long[]? output) =>
        new(name, KindOf(module), output, module.parameters().Sum(parameter => parameter.numel()));

    // TorchSharp's BatchNorm2d calls itself BatchNorm1d; our own modules have names that say more than their type.
    private static string KindOf(Module module) => module is BatchNorm2d ? nameof(BatchNorm2d) : module.GetName();
}
