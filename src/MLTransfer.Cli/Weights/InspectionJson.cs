using System.Text.Json.Serialization;

namespace MLTransfer.Cli.Weights;

/// <summary>The document of 'mlt weights inspect --json'.</summary>
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
    internal static InspectionJson Of(Inspection inspection) => new(
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
        inspection.BackboneDetector?.Backbone.Name,
        inspection.BackboneDetector?.Prefix,
        inspection.BackboneDetector?.Classes);
}

/// <summary>A tensor of it.</summary>
internal sealed record TensorJson(string Name, string Type, IReadOnlyList<long> Shape);
