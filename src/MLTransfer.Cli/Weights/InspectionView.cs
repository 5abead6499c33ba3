using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Weights;

/// <summary>Shows what a weights file holds on a terminal.</summary>
internal static class InspectionView
{
    private const int Shown = 20, Longest = 160;
    private const string Scalar = "scalar";

    internal static void Show(Inspection inspection, bool all, CommandContext context)
    {
        var (summary, output) = (inspection.Summary, context.Output);
        var types = string.Join(", ", inspection.Types.Select(type => $"{type.Value} {type.Key}"));
        output.WriteLine($"{Path.GetFileName(inspection.File)}: {summary.Format}, {Figures.Bytes(summary.FileLength)}");
        output.WriteLine(
            $"tensors: {summary.Tensors.Count} ({types}), {Figures.Counted(inspection.Numbers, "value", "values")}, " +
            $"{Figures.Bytes(inspection.NumberBytes)}");
        if (summary.Container.Length > 0)
            output.WriteLine(Checkpoint(summary));
        if (summary.DroppedPrefix.Length > 0)
            output.WriteLine($"names: all start with {Quoted(summary.DroppedPrefix)}, which is dropped");
        foreach (var (key, text) in summary.Metadata)
            output.WriteLine($"metadata: {Printable.Sanitize(key, Longest)} = {Printable.Sanitize(text, Longest)}");
        output.WriteLine($"backbone: {Backbone(inspection)}");
        var table = TextTable.Create("tensor", "shape", "type");
        foreach (var tensor in summary.Tensors.Take(all ? int.MaxValue : Shown))
        {
            var shape = tensor.Shape is [] ? Scalar : string.Join(" × ", tensor.Shape);
            table.Row(Printable.Sanitize(tensor.Name, Longest), shape, Inspection.NameOf(tensor.Type));
        }
        Screens.ForResults(context).Write(table);
        if (!all && summary.Tensors.Count > Shown)
            output.WriteLine($"{Figures.Count(summary.Tensors.Count - Shown)} more; --all shows them.");
    }

    /// <summary>Says under which key of a checkpoint the tensors are, and which others were ignored.</summary>
    internal static string Checkpoint(WeightsSummary summary) =>
        $"checkpoint: the tensors are under {Quoted(summary.Container)}{Others(summary.OtherContainers)}";

    private static string Others(IReadOnlyList<string> others) => others.Count == 0
        ? ""
        : $"; {string.Join(", ", others.Select(Quoted))} {(others.Count == 1 ? "is" : "are")} ignored";

    private static string Backbone(Inspection inspection) => inspection.Detected switch
    {
        null => "not one that 'mlt models' lists",
        { Classes: null } without => $"{Name(without)}, without a classifier",
        { Classes: { } classes } with => $"{Name(with)}, with a classifier of {Figures.Counted(classes, "class", "classes")}",
    };

    private static string Name(BackboneDetector found) =>
        $"{found.Backbone.Name}{(found.Prefix.Length > 0 ? $", names starting with {Quoted(found.Prefix)}" : "")}";

    private static string Quoted(string text) => $"'{Printable.Sanitize(text, Longest)}'";
}

/// <summary>The content of a weights file, and the backbone it belongs to.</summary>
internal sealed record Inspection(string File, WeightsSummary Summary, BackboneDetector? Detected)
{
    /// <exception cref="WeightsException">The file is not a weights file, or is damaged.</exception>
    internal static Inspection Read(string file) => From(file, WeightsFile.Summarize(file));

    internal static Inspection From(string file, WeightsSummary summary) => new(file, summary, BackboneDetector.Detect(summary.Tensors));

    /// <summary>The number of values in all tensors.</summary>
    internal long Numbers => Summary.Tensors.Sum(tensor => tensor.Count);

    /// <summary>Their size in bytes.</summary>
    internal long NumberBytes => Summary.Tensors.Sum(tensor => tensor.ByteCount);

    /// <summary>The types of the tensors and their numbers of tensors, the most frequent first.</summary>
    internal IEnumerable<KeyValuePair<string, int>> Types =>
        Summary.Tensors.CountBy(tensor => NameOf(tensor.Type)).OrderByDescending(type => type.Value);

    internal static string NameOf(TensorType type) => type.ToString().ToLowerInvariant();
}

/// <summary>The JSON of 'mlt weights inspect' and 'mlt weights convert'.</summary>
internal sealed record InspectionJson(
    string File,
    string Format,
    long Bytes,
    IEnumerable<TensorJson> Tensors,
    long Numbers,
    long NumberBytes,
    IReadOnlyDictionary<string, int> Types,
    string Container,
    IReadOnlyList<string> OtherContainers,
    string DroppedPrefix,
    IReadOnlyDictionary<string, string> Metadata,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Backbone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Prefix,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Classes)
{
    internal static InspectionJson From(Inspection inspection) => new(
        inspection.File,
        inspection.Summary.Format,
        inspection.Summary.FileLength,
        inspection.Summary.Tensors.Select(tensor => new TensorJson(tensor.Name, Inspection.NameOf(tensor.Type), tensor.Shape)),
        inspection.Numbers,
        inspection.NumberBytes,
        new Dictionary<string, int>(inspection.Types),
        inspection.Summary.Container,
        inspection.Summary.OtherContainers,
        inspection.Summary.DroppedPrefix,
        inspection.Summary.Metadata,
        inspection.Detected?.Backbone.Name,
        inspection.Detected?.Prefix,
        inspection.Detected?.Classes);
}

/// <summary>A tensor of a weights file.</summary>
internal sealed record TensorJson(string Name, string Type, IReadOnlyList<long> Shape);
