using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Graphs;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>
/// An image classifier that is a graph of operations, a TensorFlow or ONNX file, which is saved with the model. Adds <c>Score</c> (vector
/// of single, with slot names) and <c>PredictedLabel</c> (key with the names of the classes). Scores a data view in batches, decoding
/// ahead. An unreadable image gets NaN scores and a missing label in a data view, and throws in a <c>PredictionEngine</c>.
/// </summary>
public sealed class GraphTransformer : ITransformer, IImageClassifier
{
    private readonly GraphModel _model;
    private readonly Scorer _scorer;
    private readonly GraphDescription _description;

    private GraphTransformer(GraphModel model, Scorer scorer, GraphDescription description) =>
        (_model, _scorer, _description) = (model, scorer, description);

    /// <summary>The classes, in the order of the scores.</summary>
    public IReadOnlyList<string> Labels => _description.Labels;

    /// <summary>The node that images are fed to.</summary>
    public string InputNode => _model.Facts.Input;

    /// <summary>The node whose output is a score for each class.</summary>
    public string OutputNode => _model.Facts.Output;

    /// <summary>The preprocessing of an image before the graph sees it.</summary>
    public Preprocessing Preprocessing => _description.Preprocessing;

    /// <summary>The input column with the images.</summary>
    public string ImageColumnName => _description.ImageColumnName;

    /// <summary>
    /// The largest number of pixels, width × height, of an image; a larger one counts as unreadable. Not saved with the model. Default:
    /// that of the options; 178,956,970 for a loaded model. Decoding takes four bytes per pixel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long MaximumPixels { get => _scorer.MaximumPixels; set => _scorer.MaximumPixels = value; }

    /// <summary>
    /// Which views of an image are scored; its scores are their mean. Saved with the model; holds for everything that is scored afterwards.
    /// Default: <see cref="TestTimeAugmentation.None"/>, or that of the model file.
    /// </summary>
    /// <exception cref="ArgumentException">The crops do not go with <see cref="Preprocessing"/>; the message says why.</exception>
    public TestTimeAugmentation TestTimeAugmentation { get => _scorer.Augmentation; set => _scorer.Augmentation = value; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Scores image files in batches, decoding ahead; returns one prediction per file, in order.</summary>
    /// <param name="files">Paths of images.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="GraphException">A node cannot be computed.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<string> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return _scorer.Predict(files.Select(ImageSource.FromPath), Labels, rule: null, cancellation);
    }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Find(inputSchema, ImageColumnName);
        return new OutputColumns(_description.ScoreColumnName, _description.PredictedLabelColumnName)
            .AddTo(inputSchema, Labels, LabelKind.Text);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, GetOutputSchema(input.Schema), _scorer, ImageColumnName);
    }

    /// <summary>Frees the graph's memory, at once or when the predictions that other threads are making are done.</summary>
    public void Dispose() => _scorer.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scorer, ImageColumnName);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ArgumentNullException.ThrowIfNull(ctx);
        GraphDescription written = _description with { TestTimeAugmentation = ModelDescription.Word(TestTimeAugmentation) };
        ModelPayload.Write(ctx, GraphPayload.Format, written.ToJson(), _model, []);
    }

    /// <summary>Makes a transformer of a graph.</summary>
    internal static GraphTransformer Create(byte[] bytes, GraphImages facts, GraphDescription description, GraphScoringOptions options)
    {
        Device device = Devices.Resolve(options.Device);
        var model = (GraphModel)new GraphModel(bytes, description.Graph, facts).to(device);
        var scorer = new Scorer(new GraphClassifier(model, description.Softmax), description.Preprocessing, device)
        {
            Decoding = options.Decoding,
            Threads = options.LoaderThreads,
            Augmentation = ModelDescription.ParseAugmentation(description.TestTimeAugmentation, description.Preprocessing),
        };
        return new(model, scorer, description);
    }
}

/// <summary>The scores of a graph.</summary>
internal sealed class GraphClassifier(GraphModel model, bool softmax) : IImageNetwork
{
    public Tensor Run(Tensor images)
    {
        Tensor scores = model.Features(images);
        if (!softmax) return scores;
        using (scores) return scores.softmax(1);
    }

    public void Dispose() => model.Dispose();
}

/// <summary>A graph in ML.NET's model file: the stream that other models have, with the graph's file as its only tensor.</summary>
internal static class GraphPayload
{
    private const uint Version = 0x00010001;

    public static MLNetInternals.Format Format { get; } =
        new("MLTransferGraph", Written: Version, Readable: Version, OldestReadable: Version);

    /// <exception cref="InvalidDataException">The stream is damaged or holds no graph that classifies images.</exception>
    public static GraphTransformer Load(object ctx)
    {
        (string json, SafetensorsContent content) = ModelPayload.Read(ctx, Format);
        GraphDescription description = GraphDescription.FromJson(json);
        byte[] bytes = ModelPayload.GraphIn(content);
        try
        {
            GraphImages facts = GraphImages.Of(
                bytes, GraphAddress.TryParse(description.Graph)!, description.Preprocessing.CropTo, description.Layout);
            if (facts.Width != description.Labels.Count || !facts.GivesVectors
                || (facts.Size is { } size && size != description.Preprocessing.CropTo))
                throw new InvalidDataException(
                    $"The model's description does not make sense: {description.Labels.Count} labels, images of "
                    + $"{description.Preprocessing.CropTo} pixels, and a graph with {facts.Width} scores.");
            return GraphTransformer.Create(bytes, facts, description, new GraphScoringOptions());
        }
        catch (GraphException refusal)
        {
            throw new InvalidDataException($"The graph in the model file cannot be used: {refusal.Message}", refusal);
        }
    }
}

/// <summary>What ML.NET calls to load a graph; it finds it through the component catalog.</summary>
internal static class GraphLoader
{
    public static GraphTransformer Create(Microsoft.ML.Runtime.IHostEnvironment env, object ctx) => GraphPayload.Load(ctx);
}

/// <summary>The metadata of a graph in a model file.</summary>
internal sealed record GraphDescription
{
    // Format 2 added test-time augmentation; a graph without it is written in format 1.
    private const int NewestFormat = 2;

    public int Format { get; init; } = 1;

    public required string Graph { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required string ImageColumnName { get; init; }

    public required string ScoreColumnName { get; init; }

    public required string PredictedLabelColumnName { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required ImageLayout Layout { get; init; }

    public required bool Softmax { get; init; }

    /// <summary>The test-time augmentation in one word; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TestTimeAugmentation { get; init; }

    public string ToJson() => ModelDescription.Write(this with { Format = TestTimeAugmentation is null ? 1 : NewestFormat });

    /// <exception cref="InvalidDataException">The text is not a description, or is one of a later version.</exception>
    public static GraphDescription FromJson(string json)
    {
        GraphDescription read = ModelDescription.Read<GraphDescription>(json);
        ModelDescription.Check(read.Format, NewestFormat, read.Preprocessing);
        return GraphAddress.TryParse(read.Graph) is not null && Enum.IsDefined(read.Layout)
            ? read
            : throw new InvalidDataException("The model's description does not make sense: it names no graph.");
    }
}
