using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using MLTransfer.Weights;
using Spectre.Console;

namespace MLTransfer.Cli.Models;

/// <summary>Backbones and their layers as tables.</summary>
internal static class ModelsView
{
    internal static Table All(IEnumerable<Backbone> backbones)
    {
        var table = TextTable.Of("backbone", "parameters", "GFLOPs", "image size", "features", "weights", "licence");
        foreach (var backbone in backbones)
        {
            var weights = WeightsCatalog.DefaultOf(backbone.Name);
            var others = WeightsCatalog.Of(backbone.Name).Count - 1;
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
            + $"{Figures.Count(backbone.FeatureWidth)} features, " +
            $"{Gflops(backbone)} GFLOPs at {backbone.Preprocessing.CropTo} px");
        Screens.ForResults(context).Write(Layers(structure));
        output.WriteLine(
            $"{Figures.Count(structure.TrainedParameters)} of {Figures.Count(structure.Parameters)} parameters are trained; " +
            "the last layer is the head, made anew for the classes of the images.");
        output.WriteLine(
            $"Memory in float32, for one image: input {Figures.Bytes(memory.Input)}, forward and backward pass "
            + $"{Figures.Bytes(memory.Activations)}, " +
            $"parameters {Figures.Bytes(memory.Parameters)}, together {Figures.Bytes(memory.Total)}.");
    }

    private static Table Layers(BackboneStructure structure)
    {
        var table = TextTable.Of("layer", "type", "output", "parameters", "");
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

    // The first dimension is the number of images.
    private static string Shape(IReadOnlyList<long>? shape) => shape is null ? "" : string.Join(" × ", shape.Skip(1));
}
