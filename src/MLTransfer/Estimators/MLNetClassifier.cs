using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Graphs;
using MLTransfer.Models;
using MLTransfer.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Estimators;

/// <summary>
/// A classifier that ML.NET's ImageClassification trained, without TensorFlow: its frozen graph, run by libtorch. The class that derives
/// from it is emitted, and implements ML.NET's internal interfaces of a predictor.
/// </summary>
internal abstract class MLNetClassifier : ICanSaveModel, IDisposable
{
    private readonly IHostEnvironment _environment;
    private readonly MLNetClassifierFile _file;
    private readonly GraphNetwork _network;
    private readonly UseCount _uses = new();

    /// <exception cref="InvalidDataException">The graph cannot be run.</exception>
    protected MLNetClassifier(IHostEnvironment environment, MLNetClassifierFile file)
    {
        (_environment, _file) = (environment, file);
        _network = file.Open();
    }

    /// <summary>The type of an image: an encoded file.</summary>
    public virtual DataViewType InputType { get; } = new VectorDataViewType(NumberDataViewType.Byte);

    /// <summary>The type of the scores: a probability per class.</summary>
    public virtual DataViewType OutputType => new VectorDataViewType(NumberDataViewType.Single, _file.Classes);

    /// <summary>Scores an encoded image; one that cannot be read gets NaN, and a warning in the log.</summary>
    public void Score(in VBuffer<byte> image, ref VBuffer<float> scores)
    {
        byte[] bytes = ImageColumn.Bytes(image);
        float[]? probabilities = _uses.During(() => Probabilities(bytes));
        VBufferEditor<float> editor = VBufferEditor.Create(ref scores, _file.Classes);
        if (probabilities is null) editor.Values.Fill(float.NaN);
        else probabilities.CopyTo(editor.Values);
        scores = editor.Commit();
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => _file.Write(ctx);

    /// <summary>Frees the memory of the graph, at once or when the predictions that other threads are making are done.</summary>
    public void Dispose() => _uses.End(() =>
    {
        _network.Dispose();
        Allocator.ReturnFreedMemory();
    });

    private GraphValue? Pixels(byte[] image)
    {
        try
        {
            return _network.Run(
                new Dictionary<string, GraphValue> { [_file.ImageInput] = GraphValue.OfBytes(image) }, [_file.ImageOutput])[0];
        }
        catch (GraphException failure)
        {
            using IChannel channel = _environment.Start(nameof(MLNetClassifier));
            channel.Warning(MessageSensitivity.None, $"An image of {image.Length} bytes has no scores: {failure.Reason}");
            return null;
        }
    }

    private float[]? Probabilities(byte[] image)
    {
        using var scope = NewDisposeScope();
        using var still = no_grad();
        if (Pixels(image) is not { } pixels) return null;
        Tensor scores = _network.Run(
            new Dictionary<string, GraphValue> { [_file.GraphInput] = pixels }, [_file.GraphOutput])[0].Tensor;
        return scores.numel() == _file.Classes && scores.dtype == ScalarType.Float32
            ? scores.cpu().contiguous().data<float>().ToArray()
            : throw new InvalidDataException(
                $"The model has {_file.Classes} classes, and its graph gives {string.Join(" × ", scores.shape)} scores of type "
                + $"{scores.dtype}.");
    }
}

/// <summary>What ML.NET's ImageClassification writes into a model file, besides the columns, which ML.NET writes itself.</summary>
/// <param name="Classes">How many classes there are.</param>
/// <param name="ImageInput">The node that takes an encoded image.</param>
/// <param name="ImageOutput">The node that gives its pixels.</param>
/// <param name="GraphInput">The node that takes pixels.</param>
/// <param name="GraphOutput">The node that gives a probability per class.</param>
/// <param name="Graph">The frozen graph.</param>
internal sealed record MLNetClassifierFile(
    int Classes, string ImageInput, string ImageOutput, string GraphInput, string GraphOutput, byte[] Graph)
{
    /// <summary>The assembly that such model files name.</summary>
    public const string Assembly = "Microsoft.ML.Vision";

    /// <summary>The assembly that stands for it.</summary>
    public const string Emitted = "MLTransfer.ForMicrosoftMLVision";

    private const string GraphStream = "TFModel";
    private const uint Version = 0x00010001;

    /// <summary>The format: that of ML.NET's <c>ImageClassificationModelParameters</c>.</summary>
    public static MLNetInternals.Format Format { get; } =
        new("ImageClassificationPred", Written: Version, Readable: Version, OldestReadable: Version)
        {
            ModelSignature = "IMAGPRED",
            Assembly = MLNetInternals.FullNameOf(Assembly),
        };

    /// <summary>Reads it from ML.NET's <c>ModelLoadContext</c>.</summary>
    /// <exception cref="FormatException">It is another kind of model, or its version cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static MLNetClassifierFile Read(object ctx)
    {
        BinaryReader reader = MLNetInternals.OpenModel(ctx, Format);
        try
        {
            if (reader.ReadInt32() is not sizeof(float) and var size) throw Damaged($"its numbers have {size} bytes");
            int classes = reader.ReadInt32();
            string[] names = [reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString()];
            byte[] graph = MLNetInternals.LoadStream(ctx, GraphStream, ReadGraph) ?? throw Damaged($"it has no stream '{GraphStream}'");
            // Each class has a bias in the graph: a bound for the memory of the scores.
            if (classes < 2 || classes > graph.Length / sizeof(float)) throw Damaged($"it has {classes} classes");
            return new(classes, names[0], names[1], names[2], names[3], graph);
        }
        catch (Exception failure) when (failure is EndOfStreamException or FormatException or IOException)
        {
            throw Damaged(failure.Message, failure);
        }
    }

    /// <summary>Writes it into a model file.</summary>
    public void Write(ModelSaveContext ctx)
    {
        BinaryWriter writer = MLNetInternals.BeginModel(ctx, Format);
        writer.Write(sizeof(float));
        writer.Write(Classes);
        foreach (string name in new[] { ImageInput, ImageOutput, GraphInput, GraphOutput }) writer.Write(name);
        MLNetInternals.SaveStream(ctx, GraphStream, stream =>
        {
            stream.Write(Graph.Length);
            stream.Write(Graph);
        });
    }

    /// <summary>Opens the graph, and checks that both its parts can be run.</summary>
    /// <exception cref="InvalidDataException">It is no graph, or a node is missing or unknown.</exception>
    public GraphNetwork Open()
    {
        Device device = Devices.Resolve(DeviceKind.Auto);
        GraphNetwork? network = null;
        try
        {
            network = GraphFile.Load(new MemoryStream(Graph, writable: false), GraphStream, device);
            network.Plan([ImageInput], [ImageOutput]);
            network.Plan([GraphInput], [GraphOutput]);
            return network;
        }
        catch (GraphException failure)
        {
            network?.Dispose();
            throw new InvalidDataException(
                $"The model that ML.NET's ImageClassification trained cannot be used. {failure.Message}", failure);
        }
    }

    private static byte[] ReadGraph(BinaryReader stream)
    {
        int length = stream.ReadInt32();
        // Checked before memory is taken for it.
        return length > 0 && length <= stream.BaseStream.Length - stream.BaseStream.Position
            ? stream.ReadBytes(length) : throw Damaged($"its graph should have {length} bytes");
    }

    private static InvalidDataException Damaged(string found, Exception? cause = null) => new(
        $"The model that ML.NET's ImageClassification trained is damaged: {found.TrimEnd('.')}. Copy the file again from where it came "
        + "from.", cause);
}
