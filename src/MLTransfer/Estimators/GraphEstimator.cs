using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Errors;
using MLTransfer.Graphs;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>
/// Loads an image classifier that is a graph of operations. Needs a column of images; adds <c>Score</c> (vector of single) and
/// <c>PredictedLabel</c> (key).
/// </summary>
public sealed class GraphEstimator : IEstimator<GraphTransformer>
{
    private readonly GraphScoringOptions _options;

    internal GraphEstimator(GraphScoringOptions options) => _options = options.Checked();

    /// <summary>Loads the graph; no image is read.</summary>
    /// <param name="input">The images; only the schema is used.</param>
    /// <exception cref="ArgumentException">The column of images does not exist, or does not hold images, or the labels or the preprocessing
    /// do not fit the graph.</exception>
    /// <exception cref="GraphException">The file cannot be read, or holds no graph that classifies images.</exception>
    public GraphTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Open(_options, own => _options.Preprocessing ?? own, ImageColumn.Find(input.Schema, _options.ImageColumnName).Name);
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Require(inputSchema, _options.ImageColumnName);
        var columns = inputSchema.ToDictionary(column => column.Name);
        SchemaShape.Column text = MLNetInternals.Column(
            "Label", SchemaShape.Column.VectorKind.Scalar, TextDataViewType.Instance, isKey: false);
        foreach (SchemaShape.Column added in new OutputColumns(_options.ScoreColumnName, _options.PredictedLabelColumnName).Shapes(text))
            columns[added.Name] = added;
        return new SchemaShape(columns.Values);
    }

    /// <summary>Loads the graph.</summary>
    /// <param name="options">Checked options.</param>
    /// <param name="choose">Chooses the preprocessing, given that of the graph.</param>
    /// <param name="imageColumnName">The column with the images.</param>
    internal static GraphTransformer Open(
        GraphScoringOptions options, Func<Preprocessing, Preprocessing> choose, string imageColumnName)
    {
        byte[] bytes = GraphImages.ReadFile(options.Model);
        GraphImages facts = GraphImages.Of(bytes, options.Address, options.Preprocessing?.CropTo, options.Layout);
        Preprocessing preprocessing = choose(GraphBackbone.PreprocessingOf(facts));
        if (facts.Size is { } size && preprocessing.CropTo != size)
            throw new OptionException(
                $"The preprocessing ends with images of {preprocessing.CropTo} pixels, and the graph takes {size} × {size}.",
                nameof(options.Preprocessing));
        if (!facts.GivesVectors)
            throw new GraphException(
                options.Model, facts.Output, "It gives maps; a score for each class is expected. Name the node after the last pooling.");
        var description = new GraphDescription
        {
            Graph = options.Address.Name,
            Labels = options.Labels is { } file ? GraphLabels.Read(file, facts.Width) : GraphLabels.Numbers(facts.Width),
            ImageColumnName = imageColumnName,
            ScoreColumnName = options.ScoreColumnName,
            PredictedLabelColumnName = options.PredictedLabelColumnName,
            Preprocessing = preprocessing,
            Layout = options.Layout,
            Softmax = options.Softmax ?? !facts.GivesProbabilities,
        };
        return GraphTransformer.Create(bytes, facts, description, options);
    }
}

/// <summary>The names of a graph's classes.</summary>
internal static class GraphLabels
{
    private const long LongestFile = 64 << 20;

    public static IReadOnlyList<string> Numbers(int count) => [.. Enumerable.Range(0, count).Select(index => $"{index}")];

    /// <summary>Reads a file of names, one on each line.</summary>
    /// <exception cref="OptionException">The file cannot be read, or has not as many names as the graph has scores.</exception>
    public static IReadOnlyList<string> Read(string path, int count)
    {
        string[] lines = [.. Lines(path).Select(line => line.Trim())];
        int length = Array.FindLastIndex(lines, line => line.Length > 0) + 1;
        if (length != count)
        {
            string background = length + 1 == count
                ? " The networks of TF-Slim have a class for the background before the others: put a line for it first." : "";
            throw new OptionException(
                $"The labels in '{path}' are {length}, and the graph gives {count} scores; a line for each is needed.{background}",
                nameof(GraphScoringOptions.Labels));
        }

        lines = lines[..length];
        return lines.Index().All(line => line.Item.StartsWith($"{line.Index}:", StringComparison.Ordinal))
            ? [.. lines.Select(line => line[(line.IndexOf(':') + 1)..].Trim())]
            : lines;
    }

    private static string[] Lines(string path)
    {
        try
        {
            return new FileInfo(path).Length <= LongestFile
                ? File.ReadAllLines(path)
                : throw new IOException("It is too large for a list of classes.");
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new OptionException(
                $"The labels in '{path}' cannot be read: {refusal.Message}", nameof(GraphScoringOptions.Labels), refusal);
        }
    }
}
