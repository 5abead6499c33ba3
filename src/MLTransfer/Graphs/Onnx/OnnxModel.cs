using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.Onnx;

/// <summary>A classifier as an ONNX model in memory: images to the probability of each class.</summary>
internal static class OnnxModel
{
    /// <summary>The name of the input.</summary>
    public const string Input = "images";

    /// <summary>The name of the output, (N, classes) in float32.</summary>
    public const string Output = "probabilities";

    private const string Batch = "N";
    private const long Float = (long)TensorProto.Types.DataType.Float;
    private const long Half = (long)TensorProto.Types.DataType.Float16;
    private const long WholeNumber = (long)TensorProto.Types.DataType.Int64;

    // Non-ASCII class names stay readable; nothing here becomes a part of a page.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Builds the model; its weights are copies.</summary>
    /// <param name="network">The network, with its classifier.</param>
    /// <param name="described">What the metadata says about it; the preprocessing decides the image size.</param>
    /// <param name="options">How it is written.</param>
    /// <exception cref="ArgumentException">The options cannot be used, or not with this preprocessing.</exception>
    /// <exception cref="NotSupportedException">A part of the network has no form for export.</exception>
    /// <exception cref="InvalidOperationException">A weight is too large for float16.</exception>
    public static ModelProto Build(ImageModel network, OnnxDescription described, OnnxExportOptions options)
    {
        options.Checked();
        var graph = new OnnxGraph(options.Precision == OnnxPrecision.Float16 ? ScalarType.Float16 : ScalarType.Float32);
        string images = Images(graph, described.Preprocessing, options.Preprocessing);
        if (options.Precision == OnnxPrecision.Float16) images = graph.Add("Cast", [images], ("to", Half));
        long side = described.Preprocessing.CropTo;
        string logits = network.Export(new SymbolicTensor(graph, images, -1, 3, side, side), graph).Name;
        if (options.Precision == OnnxPrecision.Float16) logits = graph.Add("Cast", [logits], ("to", Float));
        if (described.Temperature != 1)
        {
            using Tensor temperature = tensor((float)described.Temperature);
            logits = graph.Add("Div", [logits, graph.Constant(temperature, ScalarType.Float32)]);
        }

        graph.Add("Softmax", [logits], ("axis", 1L));
        graph.Output(Output, Batch, described.Labels.Count);
        graph.Proto.Name = described.Backbone;
        var model = new ModelProto
        {
            IrVersion = options.Opset switch { < 19 => 8, < 21 => 9, _ => 10 },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = options.Opset } },
            ProducerName = nameof(MLTransfer),
            ProducerVersion = typeof(OnnxModel).Assembly.GetName().Version!.ToString(3),
            Graph = graph.Proto,
        };
        foreach ((string key, string value) in Metadata(described, options))
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        return model;
    }

    /// <summary>Declares the input and returns the name of the normalized images, float32 (N, 3, S, S).</summary>
    private static string Images(OnnxGraph graph, Preprocessing preprocessing, OnnxPreprocessing contained)
    {
        int side = preprocessing.CropTo;
        if (contained == OnnxPreprocessing.None)
        {
            graph.Input(Input, TensorProto.Types.DataType.Float, Batch, 3, side, side);
            return Input;
        }

        if (contained == OnnxPreprocessing.Full) graph.Input(Input, TensorProto.Types.DataType.Uint8, Batch, "H", "W", 3);
        else graph.Input(Input, TensorProto.Types.DataType.Uint8, Batch, side, side, 3);
        string pixels = graph.Add("Transpose", [Input], ("perm", new long[] { 0, 3, 1, 2 }));
        if (contained == OnnxPreprocessing.Full) pixels = Cropped(graph, Resized(graph, pixels, preprocessing), preprocessing);
        string colors = graph.Add("Cast", [pixels], ("to", Float));
        (Rgb mean, Rgb deviation) = (preprocessing.Mean, preprocessing.StandardDeviation);
        string scale = Colors(graph, 1 / (255.0 * deviation.R), 1 / (255.0 * deviation.G), 1 / (255.0 * deviation.B));
        string shift = Colors(
            graph, -(double)mean.R / deviation.R, -(double)mean.G / deviation.G, -(double)mean.B / deviation.B);
        string normalized = graph.Add("Add", [graph.Add("Mul", [colors, scale]), shift]);
        return preprocessing.Channels == ChannelOrder.Bgr
            ? graph.Add("Gather", [normalized, graph.Constant(2, 1, 0)], ("axis", 1L)) : normalized;
    }

    private static string Colors(OnnxGraph graph, params double[] values)
    {
        using Tensor perChannel = tensor(values, [3, 1, 1]);
        return graph.Constant(perChannel, ScalarType.Float32);
    }

    /// <summary>Resizes the shorter side of bytes (N, 3, H, W); the longer one is rounded down, as <see cref="Resize"/> does.</summary>
    private static string Resized(OnnxGraph graph, string pixels, Preprocessing preprocessing)
    {
        if (preprocessing.Transforms is not null || preprocessing.ResizeTo < preprocessing.CropTo)
        {
            string reason = preprocessing.Transforms is null
                ? $"it resizes to {preprocessing.ResizeTo} pixels and adds a border up to {preprocessing.CropTo}"
                : "it consists of transforms of its own";
            throw new OptionException(
                $"The whole preprocessing of this model cannot be exported: {reason}. Export only the normalization, and resize and crop "
                + "images before.", nameof(OnnxExportOptions.Preprocessing));
        }

        string sides = Lengths(graph, pixels, 2, 4);
        string shorter = graph.Add("ReduceMin", [sides, graph.Constant(0)], ("keepdims", 1L));
        string scaled = graph.Add("Mul", [sides, graph.Constant(preprocessing.ResizeTo)]);
        // All four lengths, not two and the attribute "axes", with which ONNX Runtime 1.31 was seen to fail where the Resize is linear.
        string sizes = graph.Add("Concat", [Lengths(graph, pixels, 0, 2), graph.Add("Div", [scaled, shorter])], ("axis", 0L));
        (string, object)[] attributes = preprocessing.Interpolation switch
        {
            Interpolation.Nearest => [("mode", "nearest"), ("nearest_mode", "round_prefer_ceil")],
            Interpolation.Bicubic => [("mode", "cubic"), ("cubic_coeff_a", -0.5), ("antialias", 1L)],
            _ => [("mode", "linear"), ("antialias", 1L)],
        };
        return graph.Add("Resize", [pixels, "", "", sizes],
            [("coordinate_transformation_mode", "half_pixel"), .. attributes]);
    }

    private static string Lengths(OnnxGraph graph, string pixels, long first, long end) =>
        graph.Add("Slice", [graph.Add("Shape", [pixels]), graph.Constant(first), graph.Constant(end), graph.Constant(0)]);

    /// <summary>Cuts the center; half a pixel is rounded to even, as <see cref="CenterCrop"/> does.</summary>
    private static string Cropped(OnnxGraph graph, string pixels, Preprocessing preprocessing)
    {
        long side = preprocessing.CropTo;
        string spare = graph.Add("Cast", [graph.Add("Sub", [Lengths(graph, pixels, 2, 4), graph.Constant(side)])], ("to", Float));
        using Tensor half = tensor(0.5f);
        string middle = graph.Add("Round", [graph.Add("Mul", [spare, graph.Constant(half, ScalarType.Float32)])]);
        string start = graph.Add("Cast", [middle], ("to", WholeNumber));
        return graph.Add("Slice", [pixels, start, graph.Add("Add", [start, graph.Constant(side)]), graph.Constant(2, 3)]);
    }

    private static IEnumerable<(string Key, string Value)> Metadata(OnnxDescription described, OnnxExportOptions options)
    {
        Preprocessing expected = described.Preprocessing;
        yield return ("class_names", JsonSerializer.Serialize(described.Labels, Readable));
        yield return ("names", PythonNames(described.Labels));
        yield return ("backbone", described.Backbone);
        yield return ("head", described.Head);
        yield return ("preprocessing", JsonSerializer.Serialize(
            new
            {
                inside = options.Preprocessing.ToString().ToLowerInvariant(),
                input = options.Preprocessing == OnnxPreprocessing.None ? "float32 NCHW, normalized" : "uint8 NHWC, 0 to 255",
                color_order = options.Preprocessing == OnnxPreprocessing.None && expected.Channels == ChannelOrder.Bgr ? "BGR" : "RGB",
                resize_shorter_side = expected.ResizeTo,
                center_crop = expected.CropTo,
                interpolation = expected.Interpolation.ToString().ToLowerInvariant(),
                antialias = expected.Interpolation != Interpolation.Nearest,
                own_transforms = expected.Transforms?.Select(transform => transform.ToString()),
                scale = "1/255",
                mean = new[] { expected.Mean.R, expected.Mean.G, expected.Mean.B },
                std = new[] { expected.StandardDeviation.R, expected.StandardDeviation.G, expected.StandardDeviation.B },
            },
            Readable));
    }

    /// <summary>The names as a dictionary of Python, <c>{0: 'ants', 1: 'bees'}</c>: what Ultralytics' tools write and read.</summary>
    private static string PythonNames(IReadOnlyList<string> labels)
    {
        IEnumerable<string> entries = labels.Select((label, index) => string.Create(
            CultureInfo.InvariantCulture, $"{index}: {PythonText(label)}"));
        return $"{{{string.Join(", ", entries)}}}";
    }

    private static string PythonText(string text)
    {
        IEnumerable<string> letters = text.Select(letter => letter switch
        {
            '\'' or '\\' => $"\\{letter}",
            _ when char.IsControl(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
            _ => letter.ToString(),
        });
        return $"'{string.Concat(letters)}'";
    }
}

/// <summary>What the metadata of an ONNX file says about a classifier.</summary>
/// <param name="Backbone">The name of the network.</param>
/// <param name="Head">Its head in one word.</param>
/// <param name="Labels">The classes, in the order of the probabilities.</param>
/// <param name="Preprocessing">What an image goes through before the network sees it.</param>
internal sealed record OnnxDescription(string Backbone, string Head, IReadOnlyList<string> Labels, Preprocessing Preprocessing)
{
    /// <summary>What the logits are divided by. Default: 1.</summary>
    public double Temperature { get; init; } = 1;
}
