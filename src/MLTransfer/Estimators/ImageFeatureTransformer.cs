using System.Text.Json.Serialization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Estimators;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer;

/// <summary>
/// Adds the features that a backbone computes of images: a vector of single. Runs over a data view in batches, decoding ahead; the
/// transformed view keeps up to 256 MiB of features in memory, so that a trainer that reads the rows many times computes them once. An
/// unreadable image has features that are NaN in a data view, which the log tells of, and throws in a <c>PredictionEngine</c>.
/// </summary>
public sealed class ImageFeatureTransformer : ITransformer, IDisposable
{
    private readonly ImageModel _model;
    private readonly Scorer _scorer;
    private readonly FeatureDescription _description;

    private ImageFeatureTransformer(ImageModel model, Scorer scorer, FeatureDescription description, int width)
    {
        (_model, _scorer, _description) = (model, scorer, description);
        FeatureWidth = width;
    }

    /// <summary>The name of the network.</summary>
    public string Backbone => _description.Backbone;

    /// <summary>The layer whose output the features are; <see langword="null"/> for the vector before the classifier.</summary>
    public string? Layer => _description.Layer;

    /// <summary>The length of a vector of features.</summary>
    public int FeatureWidth { get; }

    /// <summary>The preprocessing of an image before the network sees it.</summary>
    public Preprocessing Preprocessing => _description.Preprocessing;

    /// <summary>The input column with the images.</summary>
    public string InputColumnName => _description.InputColumnName;

    /// <summary>The added column with the features.</summary>
    public string OutputColumnName => _description.OutputColumnName;

    /// <summary>
    /// The largest number of pixels, width × height, of an image; a larger one counts as unreadable. Not saved with the model. Default:
    /// that of the options; 178,956,970 for a loaded model. Decoding takes four bytes per pixel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long MaximumPixels { get => _scorer.MaximumPixels; set => _scorer.MaximumPixels = value; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Find(inputSchema, InputColumnName);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(inputSchema);
        builder.AddColumn(OutputColumnName, new VectorDataViewType(NumberDataViewType.Single, FeatureWidth));
        return builder.ToSchema();
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, GetOutputSchema(input.Schema), _scorer, InputColumnName, new KeptVectors());
    }

    /// <summary>Frees the network's memory.</summary>
    public void Dispose() => _scorer.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scorer, InputColumnName);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => FeaturePayload.Save(ctx, _description, _model);

    /// <summary>Wraps a network, which the transformer then owns.</summary>
    /// <param name="environment">Whose log tells of unreadable images.</param>
    /// <param name="model">The network, on the device.</param>
    /// <param name="description">What is saved with it.</param>
    /// <param name="device">The device.</param>
    /// <param name="options">How to read images, and where to keep features.</param>
    /// <exception cref="IOException">The folder of the cache cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">Opening the cache was canceled.</exception>
    internal static ImageFeatureTransformer Create(
        IHostEnvironment environment, ImageModel model, FeatureDescription description, Device device, ImageFeatureOptions options)
    {
        ScalarType type = Devices.Resolve(description.Precision, device);
        var network = new FeatureNetwork(model, type, description.Output);
        int width = network.Width(description.Preprocessing.CropTo, device);
        FeatureCache? cache = options.CacheFolder is not { } folder ? null : FeatureCache.Open(
            folder,
            FeatureSource.Describe(
                model, description.Backbone, description.Output, description.Preprocessing, options.Decoding, type, device),
            width, options.Cancellation);
        if (cache is not null) Warn(environment, cache.Warnings);
        var scorer = new Scorer(network, description.Preprocessing, device)
        {
            Decoding = options.Decoding,
            Threads = options.LoaderThreads,
            Cache = cache,
            Skip = image =>
            {
                if (options.StopOnBadImage) throw new ImageException(image.Name, image.Error!);
                Warn(environment, [$"'{image.Name}' has no features: {image.Error}."]);
            },
        };
        return new(model, scorer, description, width);
    }

    private static void Warn(IHostEnvironment environment, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0) return;
        using IChannel channel = environment.Start(nameof(ImageFeatureTransformer));
        foreach (string warning in warnings) channel.Warning(MessageSensitivity.UserData, warning);
    }
}

/// <summary>The output of a layer of a backbone.</summary>
internal sealed class FeatureNetwork(ImageModel model, ScalarType type, FeatureOutput output) : IImageNetwork
{
    private readonly FrozenModel _frozen = new(model, type);

    public Tensor Run(Tensor images) => _frozen.Features(images, output);

    /// <summary>The length of a vector, which for maps of a layer depends on the size of the images.</summary>
    public int Width(int side, Device device)
    {
        if (output == FeatureOutput.Bottleneck) return model.FeatureWidth;
        using var scope = NewDisposeScope();
        return checked((int)Run(zeros([1, 3, side, side], device: device)).shape[1]);
    }

    public void Dispose()
    {
        _frozen.Dispose();
        model.Dispose();
    }
}

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
        return ModelPayload.Owned(backbone.BuildToLoad(1, ClassifierHead.Linear), model =>
        {
            StateDict.Load(model, content.Tensors, "the model file", backbone.Name, model.HeadName);
            return ImageFeatureTransformer.Create(environment, model.to(device), description, device, new ImageFeatureOptions());
        });
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
