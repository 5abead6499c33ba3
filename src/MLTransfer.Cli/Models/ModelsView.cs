using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Weights;
using Spectre.Console;

namespace MLTransfer.Cli.Models;

/// <summary>Shows backbones and their layers as tables.</summary>
internal static class ModelsView
{
    internal static Table All(IEnumerable<Backbone> backbones)
    {
        var table = TextTable.Create("backbone", "parameters", "GFLOPs", "image size", "features", "weights", "license");
        foreach (var backbone in backbones)
        {
            var weights = WeightsCatalog.DefaultOf(backbone.Name);
            var others = WeightsCatalog.ForBackbone(backbone.Name).Count - 1;
            table.Row(
                backbone.Name, Figures.Count(backbone.Parameters), Gflops(backbone), $"{backbone.Preprocessing.CropTo} px",
                Figures.Count(backbone.FeatureWidth), weights is null ? "" : weights.Version + (others > 0 ? $" +{others}" : ""),
                weights?.Licence ?? "");
        }
        return table;
    }

    internal static void Show(BackboneStructure structure, CommandContext context)
    {
        var (backbone, memory, output) = (structure.Backbone, structure.Memory, context.Output);
        output.WriteLine(
            $"{backbone.Name} ({backbone.Family}): {Figures.Count(backbone.Parameters)} parameters, "
            + $"{Figures.Count(backbone.FeatureWidth)} features, {Gflops(backbone)} GFLOPs at {backbone.Preprocessing.CropTo} px");
        Screens.ForResults(context).Write(Layers(structure));
        output.WriteLine(
            $"{Figures.Count(structure.TrainedParameters)} of {Figures.Count(structure.Parameters)} parameters are trained; " +
            "the last layer is the head, replaced to fit the classes of the images.");
        output.WriteLine(
            $"Memory in float32 for one image: input {Figures.Bytes(memory.Input)}, forward and backward pass "
            + $"{Figures.Bytes(memory.Activations)}, parameters {Figures.Bytes(memory.Parameters)}, total {Figures.Bytes(memory.Total)}.");
    }

    private static Table Layers(BackboneStructure structure)
    {
        var table = TextTable.Create("layer", "type", "output", "parameters", "");
        table.Row("(image)", "", Shape(structure.Input), "", "");
        foreach (var layer in structure.Layers)
        {
            var state = layer.Frozen ? "frozen" : "trained";
            var alone = layer.Modules is [var only] && only.Name == layer.Name;
            table.Row(layer.Name, alone ? layer.Modules[0].Type : "", Shape(layer.Output), Figures.Count(layer.Parameters), state);
            foreach (var module in alone ? [] : layer.Modules)
                table.Row($"  {module.Name}", module.Type, Shape(module.Output), Figures.Count(module.Parameters), "");
        }
        return table;
    }

    private static string Gflops(Backbone backbone) => Figures.Number(backbone.MultiplyAdds / 1e9, "#,0.00");

    // Without the first dimension, the number of images.
    private static string Shape(IReadOnlyList<long>? shape) => shape is null ? "" : string.Join(" × ", shape.Skip(1));
}

/// <summary>A backbone in the JSON of 'mlt models'.</summary>
internal sealed record BackboneJson(
    string Name,
    string Family,
    long Parameters,
    double Gflops,
    int ImageSize,
    int FeatureWidth,
    int Classes,
    IReadOnlyList<WeightsJson> Weights)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<long>? Input { get; private init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LayerDescription>? Layers { get; private init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TrainedParameters { get; private init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MemoryEstimate? Bytes { get; private init; }

    internal static BackboneJson From(Backbone backbone) => new(
        backbone.Name, backbone.Family, backbone.Parameters, Math.Round(backbone.MultiplyAdds / 1e9, 3), backbone.Preprocessing.CropTo,
        backbone.FeatureWidth, backbone.Classes, [.. WeightsCatalog.ForBackbone(backbone.Name).Select(WeightsJson.From)]);

    internal static BackboneJson From(BackboneStructure structure) => From(structure.Backbone) with
    {
        Input = structure.Input,
        Layers = structure.Layers,
        TrainedParameters = structure.TrainedParameters,
        Bytes = structure.Memory,
    };
}

/// <summary>Published weights of a backbone.</summary>
internal sealed record WeightsJson(string Name, bool Default, double? Top1, string Licence)
{
    internal static WeightsJson From(PublishedWeights weights) => new(weights.Name, weights.Default, weights.Top1, weights.Licence);
}
