using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;

namespace MLTransfer.Estimators;

/// <summary>The featurizer in ML.NET's model file: the stream that a classifier has, without a head.</summary>
internal static class FeaturePayload
{
    private const uint Version = 0x00010001;

    public static MLNetInternals.Format Format { get; } =
        new("MLTransferFeatures", Written: Version, Readable: Version, OldestReadable: Version);

    public static void Save(ModelSaveContext ctx, FeatureDescription description, ImageModel model)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        ModelPayload.Write(ctx, Format, description.ToJson(), model, [model.HeadName]);
    }

    /// <exception cref="InvalidDataException">The stream is damaged or describes no network of the zoo.</exception>
    public static ImageFeatureTransformer Load(IHostEnvironment environment, object ctx)
    {
        (string json, SafetensorsContent content) = ModelPayload.Read(ctx, Format);
        FeatureDescription description = FeatureDescription.FromJson(json);
        Backbone backbone = ModelPayload.BackboneOf(description.Backbone, description.Preprocessing, content);
        var device = Devices.Resolve(DeviceKind.Auto);
        ImageModel model = backbone.Build(1, ClassifierHead.Linear);
        try
        {
            StateDict.Load(model, content.Tensors, "the model file", backbone.Name, model.HeadName);
            return ImageFeatureTransformer.Create(environment, model.to(device), description, device, new ImageFeatureOptions());
        }
        catch (Exception failure)
        {
            model.Dispose();
            // A layer that the network does not have.
            if (failure is ArgumentException)
                throw new InvalidDataException($"The model's description does not make sense: {failure.Message}", failure);
            throw;
        }
    }
}

/// <summary>What ML.NET calls to load a featurizer; it finds it through the component catalog.</summary>
internal static class FeatureLoader
{
    public static ImageFeatureTransformer Create(IHostEnvironment env, object ctx) => FeaturePayload.Load(env, ctx);
}

/// <summary>The metadata of a featurizer in a model file: everything but the weights.</summary>
internal sealed record FeatureDescription
{
    private const int NewestFormat = 1;

    public int Format { get; init; } = NewestFormat;

    public required string Backbone { get; init; }

    public string? Layer { get; init; }

    public required bool Pooled { get; init; }

    public required string InputColumnName { get; init; }

    public required string OutputColumnName { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required Precision Precision { get; init; }

    [JsonIgnore]
    public FeatureOutput Output => new(Layer, Pooled);

    public string ToJson() => ModelDescription.Write(this);

    /// <exception cref="InvalidDataException">The text is not a description, or is one of a later version.</exception>
    public static FeatureDescription FromJson(string json)
    {
        FeatureDescription read = ModelDescription.Read<FeatureDescription>(json);
        ModelDescription.Check(read.Format, NewestFormat, read.Preprocessing);
        return read;
    }
}
