using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;

namespace MLTransfer.Cli.Weights;

/// <summary>'mlt weights inspect' for people.</summary>
internal static class InspectionView
{
    private const int Shown = 20, Longest = 160;
    private const string OneNumber = "one number";

    internal static void Show(Inspection inspection, bool all, Surroundings surroundings)
    {
        var (summary, output) = (inspection.Summary, surroundings.Output);
        var types = string.Join(", ", inspection.Types.Select(type => $"{type.Value} {type.Key}"));
        output.WriteLine($"{Path.GetFileName(inspection.File)}: {summary.Format}, {Figures.Bytes(summary.FileLength)}");
        output.WriteLine($"tensors: {summary.Tensors.Count} ({types}), {Figures.Counted(inspection.Numbers, "number", "numbers")}, {Figures.Bytes(inspection.NumberBytes)}");
        if (summary.DroppedPrefix.Length > 0)
            output.WriteLine($"names: every one begins with '{summary.DroppedPrefix}', which is dropped");
        foreach (var (key, text) in summary.Metadata)
            output.WriteLine($"metadata: {Printable(key)} = {Printable(text)}");
        output.WriteLine($"backbone: {Backbone(inspection)}");
        var table = TextTable.Of("tensor", "shape", "type");
        foreach (var tensor in summary.Tensors.Take(all ? int.MaxValue : Shown))
            table.Row(Printable(tensor.Name), tensor.Shape is [] ? OneNumber : string.Join(" × ", tensor.Shape), Inspection.NameOf(tensor.Type));
        Screens.ForResults(surroundings).Write(table);
        if (!all && summary.Tensors.Count > Shown)
            output.WriteLine($"{Figures.Count(summary.Tensors.Count - Shown)} more; --all shows them.");
    }

    // A file may call its tensors anything, even what commands a terminal.
    private static string Printable(string text) =>
        string.Concat((text.Length <= Longest ? text : text[..Longest] + '…').Select(character => char.IsControl(character) ? '?' : character));

    private static string Backbone(Inspection inspection) => inspection.Lookalike switch
    {
        null => "none that 'mlt models' lists",
        { Classes: null } without => $"looks like {without.Backbone.Name}, without a classifier",
        { Classes: { } classes } with => $"looks like {with.Backbone.Name}, with a classifier of {Figures.Counted(classes, "class", "classes")}",
    };
}
