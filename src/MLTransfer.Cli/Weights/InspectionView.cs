using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights inspect' for people.</summary>
internal static class InspectionView
{
    private const int Shown = 20, Longest = 160;
    private const string OneNumber = "one number";

    internal static void Show(Inspection inspection, bool all, CommandContext context)
    {
        var (summary, output) = (inspection.Summary, context.Output);
        var types = string.Join(", ", inspection.Types.Select(type => $"{type.Value} {type.Key}"));
        output.WriteLine($"{Path.GetFileName(inspection.File)}: {summary.Format}, {Figures.Bytes(summary.FileLength)}");
        output.WriteLine(
            $"tensors: {summary.Tensors.Count} ({types}), {Figures.Counted(inspection.Numbers, "number", "numbers")}, " +
            $"{Figures.Bytes(inspection.NumberBytes)}");
        if (summary.Container.Length > 0)
            output.WriteLine(Checkpoint(summary));
        if (summary.DroppedPrefix.Length > 0)
            output.WriteLine($"names: every one begins with {Quoted(summary.DroppedPrefix)}, which is dropped");
        foreach (var (key, text) in summary.Metadata)
            output.WriteLine($"metadata: {Printable.Of(key, Longest)} = {Printable.Of(text, Longest)}");
        output.WriteLine($"backbone: {Backbone(inspection)}");
        var table = TextTable.Of("tensor", "shape", "type");
        foreach (var tensor in summary.Tensors.Take(all ? int.MaxValue : Shown))
        {
            var shape = tensor.Shape is [] ? OneNumber : string.Join(" × ", tensor.Shape);
            table.Row(Printable.Of(tensor.Name, Longest), shape, Inspection.NameOf(tensor.Type));
        }
        Screens.ForResults(context).Write(table);
        if (!all && summary.Tensors.Count > Shown)
            output.WriteLine($"{Figures.Count(summary.Tensors.Count - Shown)} more; --all shows them.");
    }

    /// <summary>Where in a checkpoint the tensors were found, and what else is there.</summary>
    internal static string Checkpoint(WeightsSummary summary) =>
        $"checkpoint: the tensors lie under {Quoted(summary.Container)}{Others(summary.OtherContainers)}";

    private static string Others(IReadOnlyList<string> others) => others.Count == 0
        ? ""
        : $"; {string.Join(", ", others.Select(Quoted))} {(others.Count == 1 ? "is" : "are")} there too and not read";

    private static string Backbone(Inspection inspection) => inspection.BackboneDetector switch
    {
        null => "none that 'mlt models' lists",
        { Classes: null } without => $"{LooksLike(without)}, without a classifier",
        { Classes: { } classes } with => $"{LooksLike(with)}, with a classifier of {Figures.Counted(classes, "class", "classes")}",
    };

    private static string LooksLike(BackboneDetector found) =>
        $"looks like {found.Backbone.Name}{(found.Prefix.Length > 0 ? $", its names beginning with {Quoted(found.Prefix)}" : "")}";

    private static string Quoted(string text) => $"'{Printable.Of(text, Longest)}'";
}
