using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
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
        Write(ctx, Format, description.ToJson(), model, []);
    }

    /// <exception cref="InvalidDataException">The stream is damaged or describes no network of the zoo.</exception>
    public static ImageClassificationTransformer Load(object ctx)
    {
        (string json, SafetensorsContent content) = Read(ctx, Format);
        ModelDescription description = ModelDescription.FromJson(json);
        var device = Devices.Resolve(DeviceKind.Auto);
        ClassifierHead head = description.ParseHead();
        // Bounds the memory for hostile files: a head is built only where stored tensors have its number of classes and its width.
        bool Has(int width) => content.Tensors.Values.Any(tensor => tensor.Shape is [var length] && length == width);
        if (!Has(description.Labels.Count))
            throw new InvalidDataException($"The model file describes {description.Labels.Count} classes and has no head for them.");
        if (head.HiddenWidth is { } hidden && !Has(hidden))
            throw new InvalidDataException($"The model file describes the head '{head}' and has none.");
        Backbone backbone = BackboneOf(description.Backbone, description.Preprocessing, content);
        ImageModel model = backbone.Build(description.Labels.Count, head);
        StateDict.Load(model, content.Tensors, "the model file", description.Backbone);
        var network = new ClassifierNetwork(model.to(device), Devices.Resolve(description.Precision, device));
        return new ImageClassificationTransformer(
            model, new Scorer(network, description.Preprocessing, device), description, training: null);
    }

    /// <summary>Writes a network and its description.</summary>
    /// <param name="ctx">The model file.</param>
    /// <param name="format">Which transformer it is.</param>
    /// <param name="description">The description, as JSON.</param>
    /// <param name="model">The network.</param>
    /// <param name="leftOut">Modules that are not written, besides auxiliary heads, which help in training only.</param>
    internal static void Write(
        ModelSaveContext ctx, MLNetInternals.Format format, string description, ImageModel model, IEnumerable<string> leftOut)
    {
        var metadata = new Dictionary<string, string> { [DescriptionKey] = description };
        string[] prefixes = [.. model.AuxiliaryHeads.Select(head => head.StateName).Concat(leftOut).Select(name => name + ".")];
        MLNetInternals.Save(ctx, format, StreamName, writer => SafetensorsFile.Write(
            writer.BaseStream,
            StateDict.Save(model).Where(tensor => !prefixes.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))),
            metadata));
    }

    /// <summary>Reads what <see cref="Write"/> wrote: the description and the weights.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or has no description.</exception>
    internal static (string Description, SafetensorsContent Content) Read(object ctx, MLNetInternals.Format format)
    {
        SafetensorsContent content = MLNetInternals
            .Load(ctx, format, StreamName, reader => SafetensorsFile.Read(reader.BaseStream, "the model file"));
        return content.Metadata.TryGetValue(DescriptionKey, out string? json)
            ? (json, content)
            : throw new InvalidDataException("The model file has no description of its network.");
    }

    /// <summary>The backbone that a description names, if it takes the images that the description promises.</summary>
    /// <exception cref="InvalidDataException">There is no such backbone, or it takes no such images.</exception>
    internal static Backbone BackboneOf(string name, Preprocessing preprocessing, SafetensorsContent content)
    {
        Backbone backbone = GraphAddress.TryParse(name) is { } graph
            ? GraphOf(graph, preprocessing, content)
            : ModelZoo.FindForModelFile(name);
        return backbone.InputSizes.Complaint(preprocessing.CropTo) is not { } complaint
            ? backbone
            : throw new InvalidDataException(
                $"The model's description does not make sense: {name} on images of {preprocessing.CropTo} pixels; {complaint}");
    }

    /// <summary>The bytes of the graph that the model file holds.</summary>
    /// <exception cref="InvalidDataException">It holds none.</exception>
    internal static byte[] GraphIn(SafetensorsContent content) =>
        content.Tensors.TryGetValue(GraphModel.FileName, out StoredTensor? stored) && stored is { Type: TensorType.UInt8, Shape: [_] }
            ? stored.Bytes.ToArray()
            : throw new InvalidDataException("The model file describes a graph and has none.");

    private static Backbone GraphOf(GraphAddress graph, Preprocessing preprocessing, SafetensorsContent content)
    {
        try
        {
            return GraphBackbone.Of(graph, GraphIn(content), preprocessing.CropTo);
        }
        catch (GraphException refusal)
        {
            throw new InvalidDataException($"The graph in the model file cannot be used: {refusal.Message}", refusal);
        }
    }
}

/// <summary>What ML.NET calls to load a model; it finds it through the component catalog.</summary>
internal static class ModelLoader
{
    public static ImageClassificationTransformer Create(IHostEnvironment env, object ctx) => ModelPayload.Load(ctx);
}
