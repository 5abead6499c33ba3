using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using Spectre.Console;

namespace MLTransfer.Cli.Models;

/// <summary>Backbones and their layers as tables.</summary>
internal static class ModelsView
{
    internal static Table All(IEnumerable<Backbone> backbones)
    {
        var table = TextTable.Of("backbone", "parameters", "image size", "features", "family");
        foreach (var backbone in backbones)
        {
            table.Row(
                backbone.Name, Figures.Count(backbone.Parameters), $"{backbone.Preprocessing.CropTo} px",
                Figures.Count(backbone.FeatureWidth), backbone.Family);
        }
        return table;
    }

    internal static void Show(BackboneStructure structure, Surroundings surroundings)
    {
        var (backbone, output) = (structure.Backbone, surroundings.Output);
        var (parameters, features) = (Figures.Count(backbone.Parameters), Figures.Count(backbone.FeatureWidth));
        output.WriteLine($"{backbone.Name} ({backbone.Family}): {parameters} parameters, {features} features");
        Screens.ForResults(surroundings).Write(Layers(structure));
        var trained = Figures.Count(structure.Layers.Where(layer => !layer.Frozen).Sum(layer => layer.Parameters));
        var all = Figures.Count(structure.Layers.Sum(layer => layer.Parameters));
        output.WriteLine($"{trained} of {all} parameters are trained; the last layer is the head, made anew for the classes of the pictures.");
    }

    private static Table Layers(BackboneStructure structure)
    {
        var table = TextTable.Of("layer", "parameters", "output", "");
        table.Row("(picture)", "", Shape(structure.Input), "");
        foreach (var layer in structure.Layers)
            table.Row(layer.Name, Figures.Count(layer.Parameters), Shape(layer.Output), layer.Frozen ? "frozen" : "trained");
        return table;
    }

    // The first dimension is the number of pictures.
    private static string Shape(IReadOnlyList<long> shape) => string.Join(" × ", shape.Skip(1));
}
