using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>
/// Trains a classifier of images on a pretrained backbone. Needs a key column with the classes and a column of images; adds
/// <c>Score</c> (vector of single: a probability per class) and <c>PredictedLabel</c> (key).
/// </summary>
public abstract class ImageClassificationEstimator : IEstimator<ImageClassificationTransformer>
{
    private readonly ImageClassificationOptions _options;

    private protected ImageClassificationEstimator(IHostEnvironment environment, ImageClassificationOptions options)
    {
        Environment = environment;
        _options = options;
        Backbone = ModelZoo.Find(options.Backbone);
        if ((options.ImageSize ?? options.Preprocessing?.CropTo) is { } size) Backbone.CheckInputSize(size);
        WeightsReference.Parse(options.Weights, Backbone.Name);
        Seed = MLNetInternals.Seed(environment) ?? 0;
    }

    private protected IHostEnvironment Environment { get; }

    private protected Backbone Backbone { get; }

    private protected int Seed { get; }

    /// <summary>Trains. Every random number comes from the seed of the <see cref="MLContext"/>; without one, from 0.</summary>
    /// <param name="input">Images and labels.</param>
    /// <returns>The trained model; its <see cref="ImageClassificationTransformer.Training"/> says how it went.</returns>
    /// <exception cref="ArgumentException">The columns, the labels or the layers named do not fit.</exception>
    /// <exception cref="WeightsException">The weights cannot be had or read, or belong to another network.</exception>
    /// <exception cref="Imaging.ImageException">An image cannot be read and <see cref="ImageClassificationOptions.StopOnBadImage"/> is
    /// set, or none can.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled before there was anything to keep.</exception>
    /// <exception cref="TrainingFailedException">A later epoch failed; the best model of those before is in the exception.</exception>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using IChannel channel = Environment.Start(GetType().Name);
        using StartingModel? start = StartingModel.Open(_options, Backbone);
        TrainingRun run = TrainingRun.Prepare(Environment, _options, Backbone, Seed, input, start);
        Check(run);
        ImageModel model = run.BuildModel();
        // Copied: its memory is not held while the new network trains.
        start?.Dispose();
        try
        {
            return Train(run, model, channel);
        }
        catch (Exception error) when (error is not TrainingFailedException)
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        CheckColumns(inputSchema);
        var columns = inputSchema.ToDictionary(column => column.Name);
        var outputs = new OutputColumns(_options.ScoreColumnName, _options.PredictedLabelColumnName);
        foreach (SchemaShape.Column output in outputs.Shapes(columns[_options.LabelColumnName])) columns[output.Name] = output;
        return new SchemaShape(columns.Values);
    }

    /// <summary>Complains of what is known to be wrong before a network is built.</summary>
    /// <exception cref="ArgumentException">Options contradict each other or the data.</exception>
    private protected virtual void Check(TrainingRun run)
    {
    }

    /// <summary>Trains a network, which belongs to the result; where there is none, its builder disposes it.</summary>
    private protected abstract ImageClassificationTransformer Train(TrainingRun run, ImageModel model, IChannel channel);

    private void CheckColumns(SchemaShape schema)
    {
        var columns = schema.ToDictionary(column => column.Name);
        if (!columns.TryGetValue(_options.LabelColumnName, out SchemaShape.Column label))
            throw new ArgumentOutOfRangeException(nameof(schema), $"There is no label column '{_options.LabelColumnName}'.");
        if (!label.IsKey)
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{label.Name}': expected a key, got {label.ItemType}.");
        if (_options.ImageColumnName is { } image && !columns.ContainsKey(image))
            throw new ArgumentOutOfRangeException(nameof(schema), $"There is no column '{image}' for the images.");
    }
}
