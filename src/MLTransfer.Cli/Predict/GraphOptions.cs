using System.CommandLine;
using System.CommandLine.Parsing;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Imaging;

namespace MLTransfer.Cli.Predict;

/// <summary>The options of a model that is a graph, which does not say how it sees images.</summary>
internal sealed class GraphOptions
{
    private const string Auto = "auto";

    private static readonly string[] Extensions = [".pb", ".onnx"];

    private readonly Option<string?> _labels = CliOption.Text(
        "--labels", "FILE", "With a graph: a text file with the name of a class on each line. [default: 0, 1, 2 …]");

    private readonly Option<string?> _input = CliOption.Text(
        "--input", "NODE", "With a graph: the node that images are fed to. [default: the only input]");

    private readonly Option<string?> _output = CliOption.Text(
        "--output", "NODE", "With a graph: the node with a score for each class. [default: the only one that no other needs]");

    private readonly Option<string> _colors = CliOption.Choice(
        "--colors", "With a graph: the colors it expects. inception: from -1 to 1. imagenet: ImageNet's mean and standard deviation. unit: "
        + "from 0 to 1. bytes: from 0 to 255. auto: bytes where it takes whole numbers, else inception.",
        Auto, "inception", "imagenet", "unit", "bytes");

    private readonly Option<bool> _bgr = CliOption.Flag("--bgr", "With a graph: it expects blue first, as those of Custom Vision do.");

    private readonly Option<int?> _size = CliOption.Integer(
        "--image-size", "With a graph: side of the square that it sees, in pixels. [default: that of its input, or 224]", 8, 4096);

    internal Symbol[] All => [_labels, _input, _output, _colors, _bgr, _size];

    /// <summary>Opens the model: a graph, or what 'mlt train' saved.</summary>
    /// <exception cref="UsageException">An option does not fit the model.</exception>
    internal IImageClassifier Open(string path, ParseResult asked)
    {
        var extension = Path.GetExtension(path);
        // Graphs have other extensions, too, but no trained model has labels in a file.
        if (Extensions.Contains(extension, StringComparer.OrdinalIgnoreCase)
            || (asked.GetValue(_labels) is not null && !extension.Equals(".zip", StringComparison.OrdinalIgnoreCase)))
            return OpenGraph(path, asked);
        if (Array.Find(All, option => asked.GetResult(option) is OptionResult { Implicit: false }) is { } foreign)
            throw new UsageException($"{foreign.Name} is for graphs (.pb, .onnx); '{path}' is none.");
        return ModelFile.OpenAnyForImages(path);
    }

    private GraphTransformer OpenGraph(string path, ParseResult asked)
    {
        var labels = asked.GetValue(_labels) is { } file ? Paths.ExistingFile("--labels", file) : null;
        var options = new GraphScoringOptions
        {
            Model = path, Labels = labels, InputNode = asked.GetValue(_input), OutputNode = asked.GetValue(_output),
        };
        try
        {
            return GraphEstimator.Open(options.Checked(), Preprocessing(asked), nameof(ImageFile.ImagePath));
        }
        catch (OptionException refusal)
        {
            throw new UsageException(
                refusal.Message.Replace("InputNode", "--input", StringComparison.Ordinal)
                    .Replace("OutputNode", "--output", StringComparison.Ordinal), refusal);
        }
    }

    private Func<Preprocessing, Preprocessing> Preprocessing(ParseResult asked)
    {
        var colors = asked.GetRequiredValue(_colors);
        return own =>
        {
            var chosen = colors switch
            {
                "inception" => Imaging.Preprocessing.Inception,
                "imagenet" => Imaging.Preprocessing.ImageNet,
                "unit" => Imaging.Preprocessing.ImageNet with { Mean = default, StandardDeviation = new(1, 1, 1) },
                "bytes" => Imaging.Preprocessing.Bytes,
                _ => own,
            };
            chosen = chosen with { Channels = asked.GetValue(_bgr) ? ChannelOrder.Bgr : ChannelOrder.Rgb };
            return chosen.ForSize(asked.GetValue(_size) ?? own.CropTo);
        };
    }
}
