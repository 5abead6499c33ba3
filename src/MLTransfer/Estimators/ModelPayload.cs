using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
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

    public static void Save(ModelSaveContext ctx, ModelDescription description, ImageModel model, FeatureDistance? distance)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        Write(ctx, Format, description.ToJson(), model, [], distance?.Save() ?? []);
    }

    /// <exception cref="InvalidDataException">The stream is damaged or describes no network of the zoo.</exception>
    public static ImageClassificationTransformer Load(object ctx)
    {
        (string json, SafetensorsContent content) = Read(ctx, Format);
        ModelDescription description = ModelDescription.FromJson(json);
        var device = Devices.Resolve(DeviceKind.Auto);
        ClassifierHead head = description.ParseHead();
        CheckHead(head, description.Labels.Count, content);
        Backbone backbone = BackboneOf(description.Backbone, description.Preprocessing, content);
        return Owned(backbone.BuildToLoad(description.Labels.Count, head), model =>
        {
            bool measuresDistance = description.ParseRejection() is { GreatestDistance: not null };
            var augmentation = ModelDescription.ParseAugmentation(description.TestTimeAugmentation, description.Preprocessing);
            var weights = content.Tensors
                .Where(stored => !measuresDistance || !stored.Key.StartsWith(FeatureDistance.Prefix, StringComparison.Ordinal));
            StateDict.Load(model, new Dictionary<string, StoredTensor>(weights), "the model file", description.Backbone);
            FeatureDistance? distance = measuresDistance
                ? FeatureDistance.Load(content.Tensors, model.FeatureWidth, description.Labels.Count) : null;
            var network = new ClassifierNetwork(
                model.to(device), Devices.Resolve(description.Precision, device), description.Temperature ?? 1, distance);
            var scorer = new Scorer(network, description.Preprocessing, device)
            {
                Augmentation = augmentation,
            };
            return new ImageClassificationTransformer(model, scorer, description, training: null) { Distance = distance };
        });
    }

    // Bounds the memory for hostile files: a head is built only where stored tensors have its number of classes and its widths.
    private static void CheckHead(ClassifierHead head, int classes, SafetensorsContent content)
    {
        if (head.Name is not null) return;
        bool Has(params long[] shape) => content.Tensors.Values.Any(tensor => tensor.Shape.SequenceEqual(shape));
        if (!Has(classes)) throw new InvalidDataException($"The model file describes {classes} classes and has no head for them.");
        if (head.HiddenWidths.Any(width => !Has(width))
            || head.HiddenWidths.Zip(head.HiddenWidths.Skip(1)).Any(pair => !Has(pair.Second, pair.First)))
            throw new InvalidDataException($"The model file describes the head '{head}' and has none.");
    }

    /// <summary>Writes a network and its description.</summary>
    /// <param name="ctx">The model file.</param>
    /// <param name="format">Which transformer it is.</param>
    /// <param name="description">The description, as JSON.</param>
    /// <param name="model">The network.</param>
    /// <param name="leftOut">Modules that are not written, besides auxiliary heads, which help in training only.</param>
    /// <param name="others">Tensors that are not of the network.</param>
    internal static void Write(
        ModelSaveContext ctx, MLNetInternals.Format format, string description, ImageModel model, IEnumerable<string> leftOut,
        IEnumerable<StoredTensor>? others = null)
    {
        var metadata = new Dictionary<string, string> { [DescriptionKey] = description };
        string[] prefixes = [.. model.AuxiliaryHeads.Select(head => head.StateName).Concat(leftOut).Select(name => name + ".")];
        MLNetInternals.Save(ctx, format, StreamName, writer => SafetensorsFile.Write(
            writer.BaseStream,
            [
                .. StateDict.Save(model).Where(tensor => !prefixes.Any(prefix => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))),
                .. others ?? [],
            ],
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

    /// <summary>Fills a network and wraps it; on errors it is disposed.</summary>
    /// <exception cref="InvalidDataException">The description asks for what the network or this library does not have.</exception>
    internal static T Owned<T>(ImageModel model, Func<ImageModel, T> wrap)
    {
        try
        {
            return wrap(model);
        }
        catch (Exception failure)
        {
            model.Dispose();
            // Such as a layer or a precision that does not exist.
            if (failure is ArgumentException)
                throw new InvalidDataException($"The model's description does not make sense: {failure.Message}", failure);
            throw;
        }
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

/// <summary>A <see cref="RejectionRule"/> in a model file; numbers that are not known are null.</summary>
internal sealed record StoredRejection(
    string Asked, double? LeastProbability, double? GreatestDistance, double? Coverage, double? Accuracy)
{
    public static StoredRejection Of(RejectionRule rule) =>
        new(rule.Asked.ToString(), rule.LeastProbability, rule.GreatestDistance, Known(rule.Coverage), Known(rule.Accuracy));

    private static double? Known(double number) => double.IsFinite(number) ? number : null;
}

/// <summary>What ML.NET calls to load a model; it finds it through the component catalog.</summary>
internal static class ModelLoader
{
    public static ImageClassificationTransformer Create(IHostEnvironment env, object ctx) => ModelPayload.Load(ctx);
}

/// <summary>The metadata of a network in a model file: everything but the weights.</summary>
internal sealed record ModelDescription
{
    // Format 2 added heads other than the linear one, and transforms; format 3 the order of channels; format 4 test-time augmentation,
    // heads of several hidden layers, and of the user's own; format 5 a temperature; format 6 rejection. A model without them is written in
    // the oldest format that can say what it is, which earlier versions can read.
    private const int NewestFormat = 6;

    private static readonly JsonSerializerOptions Json =
        new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true };

    public int Format { get; init; } = 1;

    public required string Backbone { get; init; }

    /// <summary>The head in one word; files of earlier versions do not have it, and have a linear one.</summary>
    public string Head { get; init; } = ClassifierHead.Linear.ToString();

    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>The type of the classes; null where they are text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? LabelType { get; init; }

    public required string ImageColumnName { get; init; }

    /// <summary>The column of probabilities; files of earlier versions do not name it.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>The column of the class with the highest probability; files of earlier versions do not name it.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    public required Preprocessing Preprocessing { get; init; }

    public required Precision Precision { get; init; }

    /// <summary>The test-time augmentation in one word; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TestTimeAugmentation { get; init; }

    /// <summary>What the logits are divided by; null for 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Temperature { get; init; }

    /// <summary>When images are rejected; null for never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StoredRejection? Rejection { get; init; }

    /// <exception cref="InvalidDataException">There is no such rejection, or its thresholds are no numbers.</exception>
    public RejectionRule? ParseRejection() => Rejection is not { } stored ? null
        : new[] { stored.LeastProbability, stored.GreatestDistance }.Any(threshold => threshold is { } number && !double.IsFinite(number))
            ? throw new InvalidDataException("The model's description does not make sense: a threshold of its rejection is no number.")
        : new(Parse(stored.Asked, MLTransfer.Rejection.Parse), stored.LeastProbability, stored.GreatestDistance)
        {
            Coverage = stored.Coverage ?? double.NaN, Accuracy = stored.Accuracy ?? double.NaN,
        };

    /// <exception cref="InvalidDataException">There is no such head; the message says that one's own must be registered first.</exception>
    public ClassifierHead ParseHead() => Parse(Head, ClassifierHead.Parse, OwnHeads.UnregisteredComplaint);

    /// <exception cref="InvalidDataException">There is no such test-time augmentation, or it does not go with the images.</exception>
    internal static TestTimeAugmentation ParseAugmentation(string? word, Preprocessing preprocessing)
    {
        if (word is null) return MLTransfer.TestTimeAugmentation.None;
        TestTimeAugmentation augmentation = Parse(word, MLTransfer.TestTimeAugmentation.Parse);
        return augmentation.Complaint(preprocessing) is not { } complaint
            ? augmentation : throw new InvalidDataException($"The model's description does not make sense: {complaint}.");
    }

    /// <summary>What <see cref="ParseAugmentation"/> parses; null for none.</summary>
    internal static string? Word(TestTimeAugmentation augmentation) =>
        augmentation == MLTransfer.TestTimeAugmentation.None ? null : augmentation.ToString();

    public string ToJson()
    {
        ClassifierHead head = ParseHead();
        return Write(this with
        {
            Format = (head, Preprocessing) switch
            {
                _ when Rejection is not null => NewestFormat,
                _ when Temperature is not null => 5,
                _ when TestTimeAugmentation is not null => 4,
                ({ Name: not null } or { HiddenWidths.Count: > 1 }, _) => 4,
                (_, { Channels: not ChannelOrder.Rgb }) => 3,
                _ when head != ClassifierHead.Linear || Preprocessing.Transforms is not null => 2,
                _ => 1,
            },
        });
    }

    /// <exception cref="InvalidDataException">The text is not a description, or is one of a later version.</exception>
    public static ModelDescription FromJson(string json)
    {
        ModelDescription read = Read<ModelDescription>(json);
        Check(read.Format, NewestFormat, read.Preprocessing);
        if (read.Temperature is { } temperature && !(temperature >= 1 / Calibration.Highest && temperature <= Calibration.Highest))
            throw new InvalidDataException($"The model's description does not make sense: a temperature of {temperature}.");
        return read.Labels.Count is >= 2 and <= 1_000_000
            ? read
            : throw new InvalidDataException($"The model's description does not make sense: {read.Labels.Count} labels.");
    }

    /// <summary>Writes a description as JSON.</summary>
    internal static string Write<T>(T description) => JsonSerializer.Serialize(description, Json);

    /// <summary>Reads what <see cref="Write{T}"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The text is not such a description.</exception>
    internal static T Read<T>(string json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Json) ?? throw new InvalidDataException("The model's description is empty.");
        }
        // A transform's own validation throws ArgumentException.
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new InvalidDataException($"The model's description cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Checks what every description has.</summary>
    /// <exception cref="InvalidDataException">It is of a later version, or its images cannot be.</exception>
    internal static void Check(int format, int newest, Preprocessing preprocessing)
    {
        if (format < 1 || format > newest)
            throw new InvalidDataException(
                $"The model is of format {format}; this version of MLTransfer reads formats 1 to {newest}. Update MLTransfer.");
        if (preprocessing.Complaint is { } complaint)
            throw new InvalidDataException($"The model's description does not make sense: {complaint}.");
        if (preprocessing is not { CropTo: >= 8 and <= 4096, ResizeTo: >= 8 and <= 8192 })
            throw new InvalidDataException(
                $"The model's description does not make sense: images resized to {preprocessing.ResizeTo} and cut to "
                + $"{preprocessing.CropTo}.");
    }

    private static T Parse<T>(string word, Func<string, T> parse, Func<string, string?>? complain = null)
    {
        try
        {
            return parse(word);
        }
        catch (FormatException e)
        {
            throw new InvalidDataException(complain?.Invoke(word) ?? $"The model's description does not make sense: {e.Message}", e);
        }
    }
}
