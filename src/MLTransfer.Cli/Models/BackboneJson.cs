using System.Text.Json.Serialization;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Cli.Models;

/// <summary>A backbone of 'mlt models --json'.</summary>
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

    internal static BackboneJson Of(Backbone backbone) => new(
        backbone.Name, backbone.Family, backbone.Parameters, Math.Round(backbone.MultiplyAdds / 1e9, 3), backbone.Preprocessing.CropTo,
        backbone.FeatureWidth, backbone.Classes, [.. WeightsCatalog.Of(backbone.Name).Select(WeightsJson.Of)]);

    internal static BackboneJson Of(BackboneStructure structure) => Of(structure.Backbone) with
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
    internal static WeightsJson Of(PublishedWeights weights) => new(weights.Name, weights.Default, weights.Top1, weights.Licence);
}
