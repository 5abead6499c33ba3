using System.Text.Json.Serialization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Module = TorchSharp.torch.nn.Module;

namespace MLTransfer.Models;

/// <summary>The layers of a backbone, found by building it and passing a blank image through it.</summary>
internal sealed record BackboneStructure(Backbone Backbone, IReadOnlyList<long> Input, IReadOnlyList<LayerDescription> Layers)
{
    private const int ClassesWhereNoneArePublished = 1000;

    internal long Parameters => Layers.Sum(layer => layer.Parameters);

    internal long TrainedParameters => Layers.Where(layer => !layer.Frozen).Sum(layer => layer.Parameters);

    internal MemoryEstimate Memory => MemoryEstimate.Compute(this);

    /// <param name="backbone">The backbone.</param>
    /// <param name="trained">The layers that are trained; the others are frozen.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    internal static BackboneStructure Inspect(Backbone backbone, Layers trained)
    {
        using var scope = torch.NewDisposeScope();
        using var untracked = torch.no_grad();
        var classes = backbone.Classes == 0 ? ClassesWhereNoneArePublished : backbone.Classes;
        using var model = backbone.Build(classes);
        model.eval();
        var firstTrained = model.FirstTrained(trained);
        long side = backbone.Preprocessing.CropTo;
        long[] input = [1, 3, side, side];
        var calls = new ModuleCalls(model);
        var layers = new List<LayerDescription>();
        var maps = torch.zeros(input);
        foreach (var group in model.Groups)
        {
            maps = group.Forward(maps);
            layers.Add(new(
                group.Name, Parameters(group.Modules), maps.shape, Frozen: layers.Count < firstTrained, calls.Take(group.Modules)));
        }
        layers.AddRange(model.AuxiliaryHeads
            .Select(head => new LayerDescription(head.StateName, Parameters([head]), [1, classes], Frozen: true, calls.Take([head]))));
        var logits = model.Classify(maps);
        layers.Add(new(model.HeadName, Parameters([model.Head]), logits.shape, Frozen: false, calls.Take([model.Head])));
        return new(backbone, input, layers);

        static long Parameters(IEnumerable<torch.nn.Module> modules) =>
            modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
    }
}

/// <summary>A group of layers, as 'mlt train --train-from' names them.</summary>
internal sealed record LayerDescription(
    string Name, long Parameters, IReadOnlyList<long> Output, bool Frozen, IReadOnlyList<ModuleDescription> Modules);

/// <summary>A module without submodules; they are listed in the order in which an image passes them.</summary>
/// <param name="Name">Its name in the state_dict.</param>
/// <param name="Type">Its type, such as Conv2d or BatchNorm2d.</param>
/// <param name="Output">The shape of its output for one image; null if it has parameters but no image passes it.</param>
/// <param name="Parameters">The number of its trainable parameters.</param>
internal sealed record ModuleDescription(
    string Name, string Type, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Output,
    long Parameters);

/// <summary>The memory of a network in float32 for one image, in bytes, as torchsummary counts it.</summary>
/// <param name="Input">The image.</param>
/// <param name="Activations">The outputs of the modules and their gradients: what training needs for each image of a batch.</param>
/// <param name="Parameters">The weights.</param>
internal sealed record MemoryEstimate(long Input, long Activations, long Parameters)
{
    private const long Float = sizeof(float);

    public long Total => Input + Activations + Parameters;

    internal static MemoryEstimate Compute(BackboneStructure structure) => new(
        Float * Count(structure.Input),
        2 * Float * structure.Layers.SelectMany(layer => layer.Modules).Sum(module => module.Output is { } output ? Count(output) : 0),
        Float * structure.Parameters);

    private static long Count(IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>Records the calls of a network's innermost modules and the shapes of their outputs.</summary>
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

    /// <summary>The modules called since the last time, then those of the given ones that have parameters and were not called.</summary>
    internal IReadOnlyList<ModuleDescription> Take(IEnumerable<Module> modules)
    {
        var names = _innermost.ToDictionary(named => named.Module, named => named.Name);
        var called = _calls.Select(call => Describe(names[call.Module], call.Module, call.Output)).ToArray();
        var seen = _calls.Select(call => call.Module).ToHashSet();
        _calls.Clear();
        var silent = modules.SelectMany(module => module.modules().Prepend(module)).Distinct()
            .Where(module => names.ContainsKey(module) && !seen.Contains(module) && module.parameters().Any())
            .Select(module => Describe(names[module], module, output: null));
        return [.. called, .. silent];
    }

    private static ModuleDescription Describe(string name, Module module, long[]? output) =>
        new(name, TypeOf(module), output, module.parameters().Sum(parameter => parameter.numel()));

    // TorchSharp's BatchNorm2d names itself BatchNorm1d; the names of our own modules say more than their types.
    private static string TypeOf(Module module) => module is BatchNorm2d ? nameof(BatchNorm2d) : module.GetName();
}
