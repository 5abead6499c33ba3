using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;

namespace MLTransfer.Estimators;

/// <summary>The content of a model in ML.NET's model file: one safetensors stream, with the description in its metadata.</summary>
internal static class ModelPayload
{
    /// <summary>The stream with the network; its name tells a model of this library from other archives.</summary>
    public const string StreamName = "Network.safetensors";

    private const uint Version = 0x00010001;
    private const string DescriptionKey = "mltransfer";

    public static MLNetInternals.Format Format { get; } =
        new("MLTransferImage", Written: Version, Readable: Version, OldestReadable: Version);

    public static void Save(ModelSaveContext ctx, ModelDescription description, ImageModel model)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        var metadata = new Dictionary<string, string> { [DescriptionKey] = description.ToJson() };
        MLNetInternals.Save(ctx, Format, StreamName,
            writer => SafetensorsFile.Write(writer.BaseStream, StateDict.Save(model).Where(IsScored), metadata));

        // Auxiliary heads help in training only.
        bool IsScored(StoredTensor tensor) =>
            !model.AuxiliaryHeads.Any(head => tensor.Name.StartsWith(head.StateName + ".", StringComparison.Ordinal));
    }

    /// <exception cref="InvalidDataException">The stream is damaged or describes no network of the zoo.</exception>
    public static ImageClassificationTransformer Load(object ctx)
    {
        SafetensorsContent content = MLNetInternals
            .Load(ctx, Format, StreamName, reader => SafetensorsFile.Read(reader.BaseStream, "the model file"));
        if (!content.Metadata.TryGetValue(DescriptionKey, out string? json))
            throw new InvalidDataException("The model file has no description of its network.");
        ModelDescription description = ModelDescription.FromJson(json);
        var device = Devices.Resolve(DeviceKind.Auto);
        ClassifierHead head = description.ParseHead();
        // Bounds the memory for hostile files: a head is built only where stored tensors have its number of classes and its width.
        bool Has(int width) => content.Tensors.Values.Any(tensor => tensor.Shape is [var length] && length == width);
        if (!Has(description.Labels.Count))
            throw new InvalidDataException($"The model file describes {description.Labels.Count} classes and has no head for them.");
        if (head.HiddenWidth is { } hidden && !Has(hidden))
            throw new InvalidDataException($"The model file describes the head '{head}' and has none.");
        Backbone backbone = ModelZoo.FindForModelFile(description.Backbone);
        if (backbone.InputSizes.Complaint(description.Preprocessing.CropTo) is { } complaint)
            throw new InvalidDataException(
                $"The model's description does not make sense: {backbone.Name} on images of {description.Preprocessing.CropTo} pixels; "
                + $"{complaint}");
        ImageModel model = backbone.Build(description.Labels.Count, head);
        StateDict.Load(model, content.Tensors, "the model file", description.Backbone);
        return new ImageClassificationTransformer(
            new Scorer(model.to(device), description.Preprocessing, device, Devices.Resolve(description.Precision, device)), description,
            training: null);
    }
}

/// <summary>What ML.NET calls to load a model; it finds it through the component catalog.</summary>
internal static class ModelLoader
{
    public static ImageClassificationTransformer Create(IHostEnvironment env, object ctx) => ModelPayload.Load(ctx);
}
