using MLTransfer.Models;
using TorchSharp;

namespace MLTransfer.Cli.Models;

/// <summary>A backbone layer by layer, found out by building it and sending an empty picture through.</summary>
internal sealed record BackboneStructure(Backbone Backbone, IReadOnlyList<long> Input, IReadOnlyList<LayerDescription> Layers)
{
    internal const string TrainNone = "none";

    private const int ClassesWhereNoneArePublished = 1000;

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
        var layers = new List<LayerDescription>();
        var maps = torch.zeros(input);
        foreach (var group in model.Groups)
        {
            maps = group.Forward(maps);
            var parameters = group.Modules.SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
            layers.Add(new(group.Name, parameters, maps.shape, Frozen: layers.Count < firstTrained));
        }
        layers.Add(new(model.HeadName, model.Head.parameters().Sum(parameter => parameter.numel()), [1, classes], Frozen: false));
        return new(backbone, input, layers);
    }
}

/// <summary>One group of layers: what 'mlt train --train-from' can name.</summary>
internal sealed record LayerDescription(string Name, long Parameters, IReadOnlyList<long> Output, bool Frozen);
