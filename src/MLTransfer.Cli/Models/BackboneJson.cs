using System.Text.Json.Serialization;
using MLTransfer.Models;

namespace MLTransfer.Cli.Models;

/// <summary>A backbone of 'mlt models --json'.</summary>
internal sealed record BackboneJson(
    string Name,
    string Family,
    long Parameters,
    int ImageSize,
    int FeatureWidth,
    int Classes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<long>? Input,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LayerDescription>? Layers)
{
    internal static BackboneJson Of(Backbone backbone) => new(
        backbone.Name, backbone.Family, backbone.Parameters, backbone.Preprocessing.CropTo, backbone.FeatureWidth, backbone.Classes, null, null);

    internal static BackboneJson Of(BackboneStructure structure) =>
        Of(structure.Backbone) with { Input = structure.Input, Layers = structure.Layers };
}
