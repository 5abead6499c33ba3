using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Cli.Models;

/// <summary>A backbone layer by layer, found out by building it and sending an empty image through.</summary>
internal sealed record BackboneStructure(Backbone Backbone, IReadOnlyList<long> Input, IReadOnlyList<LayerDescription> Layers)
{
    internal const string TrainNone = "none";

    private const int ClassesWhereNoneArePublished = 1000;

    internal long Parameters => Layers.Sum(layer => layer.Parameters);

    internal long TrainedParameters => Layers.Where(layer => !layer.Frozen).Sum(layer => layer.Parameters);

    internal MemoryEstimate Memory => MemoryEstimate.Of(this);

    /// <exception cref="ArgumentException">There is no layer <paramref name="trainFrom"/>.</exception>
    internal static BackboneStructure Of(Backbone backbone, string? trainFrom)
    {
        using var scope = torch.NewDisposeScope();
        using var untracked = torch.no_grad();
        var classes = backbone.Classes == 0 ? ClassesWhereNoneArePublished : backbone.Classes;
        using var model = backbone.Build(classes);
        model.eval();
        var firstTrained = trainFrom switch
        {
            null => 0,
            TrainNone => model.Groups.Count,
            _ => model.FirstTrained(MLTransfer.Layers.From(trainFrom)),
        };
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
