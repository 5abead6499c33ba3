using MLTransfer.Errors;
using MLTransfer.Graphs;
using MLTransfer.Imaging;

namespace MLTransfer;

/// <summary>
/// Options of <c>ml.Transforms.ScoreGraph</c>: an image classifier that is a graph of operations, a TensorFlow or ONNX file.
/// </summary>
public sealed record GraphScoringOptions
{
    /// <summary>The file: a frozen TensorFlow graph (<c>.pb</c>) or an ONNX model (<c>.onnx</c>). It must be given.</summary>
    public string Model { get; init; } = "";

    /// <summary>
    /// A text file with the name of a class on each line, in the order of the scores. Numbers before the names, as in <c>0:daisy</c>, are
    /// left out where every line has its own. Default: null, the classes are called 0, 1, 2 …
    /// </summary>
    public string? Labels { get; init; }

    /// <summary>
    /// The node that images are fed to: an input, or any node, whose own inputs are then not needed. Default: null, the only input.
    /// </summary>
    public string? InputNode { get; init; }

    /// <summary>The node whose output is a score for each class. Default: null, the only node that no other one needs.</summary>
    public string? OutputNode { get; init; }

    /// <summary>
    /// The column with the images: paths (text), encoded files (vector of bytes) or <c>MLImage</c>. Default: null, the column found by its
    /// type, as <see cref="ImageClassificationOptions.ImageColumnName"/> says.
    /// </summary>
    public string? ImageColumnName { get; init; }

    /// <summary>The column to add with a score per class. Default: <c>Score</c>.</summary>
    public string ScoreColumnName { get; init; } = "Score";

    /// <summary>The key column to add with the class of the highest score. Default: <c>PredictedLabel</c>.</summary>
    public string PredictedLabelColumnName { get; init; } = "PredictedLabel";

    /// <summary>
    /// What images go through before the graph sees them; a graph does not say. Default: null, <see cref="Preprocessing.Inception"/>
    /// (colors from -1 to 1), or <see cref="Preprocessing.Bytes"/> where the graph takes bytes, at the size of the graph's input.
    /// </summary>
    public Preprocessing? Preprocessing { get; init; }

    /// <summary>Where the channels of images are. Default: <see cref="ImageLayout.Auto"/>.</summary>
    public ImageLayout Layout { get; init; }

    /// <summary>
    /// Whether softmax makes probabilities of the scores. Default: null, unless the graph ends with a softmax or a sigmoid.
    /// </summary>
    public bool? Softmax { get; init; }

    /// <summary>Where the graph runs. Default: <see cref="DeviceKind.Auto"/>.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>Threads that read and transform images. Default: 0, as many as there are processors.</summary>
    public int LoaderThreads { get; init; }

    /// <summary>
    /// The most pixels, width × height, that an image may have; larger ones count as unreadable. Not saved with the model. Default:
    /// 178,956,970; decoding takes four bytes of memory for each.
    /// </summary>
    public long MaximumPixels { get; init; } = ImageLimits.Default.Pixels;

    internal GraphAddress Address => new(Model, InputNode, OutputNode);

    internal DecodingOptions Decoding => DecodingOptions.Default with { Limits = ImageLimits.UpTo(MaximumPixels) };

    /// <exception cref="OptionException">An option cannot be used; the message says all that is wrong.</exception>
    internal GraphScoringOptions Checked() => OptionException.Resolve(null, () => Check.All(
        this, Check.NotBlank(Model), IfGiven(Labels, nameof(Labels)), IfGiven(InputNode, nameof(InputNode)),
        IfGiven(OutputNode, nameof(OutputNode)), IfGiven(ImageColumnName, nameof(ImageColumnName)), Check.NotBlank(ScoreColumnName),
        Check.NotBlank(PredictedLabelColumnName), Check.Known(Layout), Check.Known(Device), Check.Between(0, LoaderThreads, 1024),
        Check.Positive(MaximumPixels),
        InputNode is not null && OutputNode is null ? "InputNode is given and OutputNode is not; give both." : null,
        ScoreColumnName == PredictedLabelColumnName
            ? $"ScoreColumnName and PredictedLabelColumnName are both '{ScoreColumnName}'; they must differ." : null,
        Preprocessing?.Complaint is { } complaint ? $"Preprocessing cannot be used: {complaint}." : null));

    private static string? IfGiven(string? text, string name) => text is null ? null : Check.NotBlank(text, name);
}
