using System.IO.Compression;
using System.Reflection;
using System.Text;
using Google.Protobuf;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Estimators;
using MLTransfer.Tests.Graphs;
using MLTransfer.Tests.Reference;
using Tensorboard;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

/// <summary>
/// Models of ML.NET's ImageClassification. The files are made here to its format, with ML.NET's own columns and archive: no such model
/// is to be had without TensorFlow.
/// </summary>
public sealed class MLNetClassifierTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ColouredImages _images = new(perClass: 3);

    private string ModelPath => _folder.PathOf("theirs.zip");

    [Fact]
    public void A_model_is_loaded_and_scores_a_data_view_with_the_columns_of_MLNET()
    {
        WriteModel();
        MLContext ml = new MLContext().AddMLTransfer();
        ITransformer model = ml.Model.Load(ModelPath, out DataViewSchema input);
        Assert.Equal(["ImagePath", "Label"], input.Select(column => column.Name));

        IDataView scored = model.Transform(ml.Data.LoadImageFolder(_images.Path));
        Assert.Equal(["blue", "blue", "blue", "green", "green", "green"], scored.GetColumn<string>("PredictedLabel"));
        VBuffer<ReadOnlyMemory<char>> names = default;
        scored.Schema["Score"].GetSlotNames(ref names);
        Assert.Equal(["blue", "green"], names.DenseValues().Select(name => name.ToString()));
        Assert.All(scored.GetColumn<float[]>("Score"), scores => Assert.Equal(1, scores.Sum(), 1e-5f));
        MulticlassClassificationMetrics metrics =
            ml.MulticlassClassification.Evaluate(scored, "LabelAsKey", predictedLabelColumnName: "KeyOfPrediction");
        Assert.Equal(1, metrics.MicroAccuracy);
        (model as IDisposable)?.Dispose();
    }

    [Fact]
    public void A_prediction_engine_gives_the_probabilities_of_the_graph()
    {
        WriteModel();
        MLContext ml = new MLContext().AddMLTransfer();
        using var engine = ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(ml.Model.Load(ModelPath, out _));
        ImageLabel answer = engine.Predict(new ImageFile { ImagePath = PlainImage(r: 0, g: 51, b: 204), Label = "blue" });
        Assert.Equal("blue", answer.PredictedLabel);
        // Ten times the blue and the green: softmax(8, 2).
        Assert.Equal([0.99752738f, 0.00247262f], answer.Score, (expected, found) => Math.Abs(expected - found) < 1e-5);
    }

    [Fact]
    public void An_image_that_cannot_be_read_has_no_scores_and_the_log_says_why()
    {
        WriteModel();
        string bad = _folder.Write("bad.png", "no image"u8);
        MLContext ml = new MLContext().AddMLTransfer();
        var warnings = new List<string>();
        ml.Log += (_, entry) =>
        {
            if (entry.Kind == ChannelMessageKind.Warning) warnings.Add(entry.RawMessage);
        };
        IDataView images = ml.Data.LoadFromEnumerable(
            [new ImageFile { ImagePath = bad, Label = "blue" }, new ImageFile { ImagePath = PlainImage(0, 200, 0), Label = "blue" }]);
        IDataView scored = ml.Model.Load(ModelPath, out _).Transform(images);
        Assert.Equal([true, false], scored.GetColumn<float[]>("Score").Select(scores => scores.All(float.IsNaN)));
        Assert.Equal([null, "green"], scored.GetColumn<string>("PredictedLabel").Select(label => label.Length == 0 ? null : label));
        Assert.Contains(warnings, warning => warning.StartsWith("An image of 8 bytes has no scores: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_loaded_model_is_saved_in_the_same_format()
    {
        WriteModel();
        MLContext ml = new MLContext().AddMLTransfer();
        ITransformer model = ml.Model.Load(ModelPath, out DataViewSchema input);
        ml.Model.Save(model, input, _folder.PathOf("again.zip"));
        Assert.Equal(Entries(ModelPath), Entries(_folder.PathOf("again.zip")), EntryComparer.Instance);
    }

    [Fact]
    public void The_file_names_what_the_file_of_MLNET_names()
    {
        WriteModel();
        var entries = Entries(ModelPath).ToDictionary(entry => entry.Name, entry => entry.Content);
        string folder = entries.Keys.Single(name => name.EndsWith("/TFModel", StringComparison.Ordinal))[..^"TFModel".Length];
        byte[] graph = entries[folder + "TFModel"], block = entries[folder + "Model.key"];
        Assert.Equal(graph.Length - sizeof(int), BitConverter.ToInt32(graph));
        Assert.Contains("ImageClassificationPred", Encoding.ASCII.GetString(block), StringComparison.Ordinal);
        Assert.Contains("IMAGPRED", Encoding.ASCII.GetString([.. block.Where(each => each != 0)]), StringComparison.Ordinal);
        Assert.Contains(
            $"Microsoft.ML.Vision, {typeof(MLContext).Assembly.FullName!.Split(", ", 2)[1]}", Encoding.Unicode.GetString(block)
            + Encoding.Unicode.GetString(block[1..]) + Encoding.UTF8.GetString(block), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Model.key", "Score:0", "Scone:0", "There is no node 'Scone:0'")]
    [InlineData("TFModel", "Softmax", "Softmix", "known: Softmix")]
    [InlineData("TFModel", "\u0006biases", "\u0006xiases", "biases")]
    [InlineData("Model.key", "\u0004\0\0\0\u0002\0\0\0", "\u0004\0\0\0\u0001\0\0\0", "it has 1 classes")]
    [InlineData("Model.key", "\u0004\0\0\0\u0002\0\0\0", "\u0004\0\0\0\u0002\0\0\u007f", "classes")]
    [InlineData("Model.key", "\u0004\0\0\0\u0002\0\0\0", "\u0008\0\0\0\u0002\0\0\0", "its numbers have 8 bytes")]
    [InlineData("Model.key", "\u0010DecodeJPGInput:0", "\u007fDecodeJPGInput:0", "end")]
    public void A_damaged_model_is_refused(string entry, string original, string changed, string reason)
    {
        WriteModel();
        Change(entry, content => Replaced(content, Encoding.Latin1.GetBytes(original), Encoding.Latin1.GetBytes(changed)));
        Refused(reason);
    }

    [Fact]
    public void A_graph_of_a_wrong_length_is_refused_before_memory_is_taken()
    {
        WriteModel();
        Change("TFModel", content => [0xFF, 0xFF, 0xFF, 0x7F, .. content[4..]]);
        Refused("its graph should have 2147483647 bytes");
        WriteModel();
        Change("TFModel", content => content[..^10]);
        Refused("its graph should have");
        WriteModel();
        Change("TFModel", _ => null);
        Refused("it has no stream 'TFModel'");
    }

    public void Dispose()
    {
        _images.Dispose();
        _folder.Dispose();
    }

    private void Refused(string reason)
    {
        Exception? error = Assert.ThrowsAny<Exception>(() => new MLContext().AddMLTransfer().Model.Load(ModelPath, out _));
        while (error is not null and not InvalidDataException) error = error.InnerException;
        Assert.Contains(reason, error?.Message ?? "another exception", StringComparison.Ordinal);
    }

    /// <summary>A chain as a program for ML.NET saves it: labels to keys, images read, scored, keys to labels.</summary>
    private void WriteModel()
    {
        var ml = new MLContext(seed: 1);
        IDataView data = ml.Data.LoadImageFolder(_images.Path);
        var prepare = ml.Transforms.Conversion.MapValueToKey("LabelAsKey", "Label")
            .Append(ml.Transforms.LoadRawImageBytes("Image", null, "ImagePath")).Fit(data);
        IDataView prepared = prepare.Transform(data);
        var file = new MLNetClassifierFile(2, "DecodeJPGInput:0", "ResizeTensor:0", "input", "Score:0", Graph());
        Type model = Assembly.Load("Microsoft.ML.Vision").GetType("ImageClassificationModelParameters", throwOnError: true)!;
        var score = (ITransformer)Activator.CreateInstance(
            typeof(MulticlassPredictionTransformer<>).MakeGenericType(model), BindingFlags.Instance | BindingFlags.NonPublic, null,
            [ml, Activator.CreateInstance(model, ml, file), prepared.Schema, "Image", "LabelAsKey", "Score", "KeyOfPrediction"], null)!;
        ITransformer names = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel", "KeyOfPrediction").Fit(score.Transform(prepared));
        ml.Model.Save(new TransformerChain<ITransformer>(prepare, score, names), data.Schema, ModelPath);
    }

    /// <summary>The nodes that ML.NET adds before and after a network, around one that takes the mean of the pixels.</summary>
    private static byte[] Graph()
    {
        using var scope = NewDisposeScope();
        var graph = new GraphDefs();
        graph.Placeholder("DecodeJPGInput", DataType.DtString);
        graph.Node("DecodeJpeg", "DecodeJpeg", "DecodeJPGInput").Attr["channels"] = new AttrValue { I = 3 };
        NodeDef cast = graph.Node("convert_image/Cast", "Cast", "DecodeJpeg");
        (cast.Attr["SrcT"], cast.Attr["DstT"]) = (new AttrValue { Type = DataType.DtUint8 }, new AttrValue { Type = DataType.DtFloat });
        graph.Constant("convert_image/y", tensor(1 / 255f));
        graph.Node("convert_image", "Mul", "convert_image/Cast", "convert_image/y");
        graph.Integers("ExpandDims/dim", 0).Attr["value"].Tensor.TensorShape = GraphDefs.Shape();
        graph.Node("ExpandDims", "ExpandDims", "convert_image", "ExpandDims/dim");
        graph.Integers("size", 8, 8);
        graph.Node("ResizeTensor", "ResizeBilinear", "ExpandDims", "size").Attr["align_corners"] = new AttrValue { B = false };
        graph.Placeholder("input", DataType.DtFloat, -1, 8, 8, 3);
        graph.Integers("axes", 1, 2);
        graph.Node("features", "Mean", "input", "axes").Attr["keep_dims"] = new AttrValue { B = false };
        graph.Constant("weights", tensor(new float[,] { { 0, 0 }, { 0, 10 }, { 10, 0 } }));
        graph.Constant("biases", zeros(2));
        graph.Node("MatMul", "MatMul", "features", "weights");
        graph.Node("logits", "Add", "MatMul", "biases");
        graph.Node("Score", "Softmax", "logits");
        return graph.Definition.ToByteArray();
    }

    private string PlainImage(byte r, byte g, byte b)
    {
        using MLImage image = MLImage.CreateFromPixels(
            16, 16, MLPixelFormat.Bgra32, [.. Enumerable.Repeat<byte[]>([b, g, r, 255], 256).SelectMany(pixel => pixel)]);
        string path = _folder.PathOf($"{r}-{g}-{b}.png");
        image.Save(path);
        return path;
    }

    private static List<(string Name, byte[] Content)> Entries(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        return [.. archive.Entries.Select(entry =>
        {
            using Stream content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return (entry.FullName.Replace('\\', '/'), copy.ToArray());
        })];
    }

    /// <summary>Changes the entry beside the graph, or the graph; a change to null removes it.</summary>
    private void Change(string name, Func<byte[], byte[]?> change)
    {
        List<(string Name, byte[] Content)> entries = Entries(ModelPath);
        string folder = entries.Single(entry => entry.Name.EndsWith("/TFModel", StringComparison.Ordinal)).Name[..^"TFModel".Length];
        File.Delete(ModelPath);
        using ZipArchive archive = ZipFile.Open(ModelPath, ZipArchiveMode.Create);
        foreach ((string path, byte[] content) in entries)
        {
            if ((path == folder + name ? change(content) : content) is not { } kept) continue;
            using Stream target = archive.CreateEntry(path).Open();
            target.Write(kept);
        }
    }

    private static byte[] Replaced(byte[] content, byte[] original, byte[] changed)
    {
        int at = content.AsSpan().IndexOf(original);
        Assert.True(at >= 0, "The bytes to change are not there.");
        return [.. content[..at], .. changed, .. content[(at + original.Length)..]];
    }

    private sealed class EntryComparer : IEqualityComparer<(string Name, byte[] Content)>
    {
        public static EntryComparer Instance { get; } = new();

        public bool Equals((string Name, byte[] Content) first, (string Name, byte[] Content) second) =>
            first.Name == second.Name && first.Content.AsSpan().SequenceEqual(second.Content);

        public int GetHashCode((string Name, byte[] Content) entry) => entry.Name.GetHashCode(StringComparison.Ordinal);
    }
}
