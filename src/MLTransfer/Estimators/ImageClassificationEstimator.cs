using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Native;
using MLTransfer.Training;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>
/// Trains a classifier of images on a pretrained backbone. Needs a key column with the classes and a column of images; adds
/// <c>Score</c> (vector of single: a probability per class) and <c>PredictedLabel</c> (key).
/// </summary>
public abstract class ImageClassificationEstimator : IEstimator<ImageClassificationTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly ImageClassificationOptions _options;
    private readonly BackboneChoice _choice;
    private readonly int _seed;

    private protected ImageClassificationEstimator(IHostEnvironment environment, ImageClassificationOptions options)
    {
        (_environment, _options) = (environment, options);
        _choice = options.Resolve();
        _seed = MLNetInternals.Seed(environment) ?? 0;
    }

    /// <summary>
    /// Trains a model. All randomness comes from the seed of the <see cref="MLContext"/>, or from seed 0 where it has none. Trainings that
    /// run at the same time share torch's random generator: their dropout and random heads are then not reproducible.
    /// </summary>
    /// <param name="input">Images and labels.</param>
    /// <returns>The trained model; its <see cref="ImageClassificationTransformer.Training"/> describes the run.</returns>
    /// <exception cref="ArgumentException">A named column or layer does not exist or does not fit, or the labels cannot be
    /// used.</exception>
    /// <exception cref="WeightsException">The weights are missing or unreadable, or belong to another network.</exception>
    /// <exception cref="ImageException">An image cannot be read and <see cref="ImageClassificationOptions.StopOnBadImage"/> is set, or none
    /// can.</exception>
    /// <exception cref="InvalidDataException">A class has no image that can be read, or the checkpoint is damaged.</exception>
    /// <exception cref="InvalidOperationException">The loss, a weight or a feature became NaN or infinite before an epoch was finished, or
    /// the checkpoint belongs to a different training or has more epochs than were requested.</exception>
    /// <exception cref="IOException">The folder of the checkpoint, of TensorBoard or of the features cannot be written to, or another
    /// training uses it.</exception>
    /// <exception cref="OperationCanceledException">The training was canceled before there was a model to return.</exception>
    /// <exception cref="TrainingFailedException">A later epoch failed; the best model of those before is in the exception.</exception>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return Fit(input, _options);
    }

    /// <inheritdoc cref="Fit(IDataView)"/>
    /// <param name="trainData">Images and labels to train on.</param>
    /// <param name="validationData">Images to choose the best epoch by, in place of those of the options.</param>
    public ImageClassificationTransformer Fit(IDataView trainData, IDataView validationData)
    {
        ArgumentNullException.ThrowIfNull(trainData);
        ArgumentNullException.ThrowIfNull(validationData);
        return Fit(trainData, _options with { Validation = validationData });
    }

    /// <summary>
    /// Trains for up to a hundred steps while the learning rate rises from 1e-7 to 10, until the loss explodes, on a network of its own: to
    /// choose <see cref="TrainingOptions.LearningRate"/> by. The other options are those of the training, without validation.
    /// </summary>
    /// <param name="input">Images and labels.</param>
    /// <returns>The losses, and the rates that they suggest.</returns>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    /// <remarks>The other exceptions are those of <see cref="Fit(IDataView)"/>.</remarks>
    public LearningRateCurve FindLearningRate(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ImageClassificationOptions options =
            _options with { Validation = null, ValidationFraction = 0, SoupOf = 0, Rejection = null, TensorBoardFolder = null };
        return Run(input, options, (run, model, log) =>
        {
            using (model) return FindLearningRate(run, model, log);
        });
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var columns = inputSchema.ToDictionary(column => column.Name);
        CheckLabel(columns);
        ImageColumn.Require(inputSchema, _options.ImageColumnName);
        var outputs = new OutputColumns(_options.ScoreColumnName, _options.PredictedLabelColumnName, _options.Rejection is not null);
        foreach (SchemaShape.Column output in outputs.Shapes(columns[_options.LabelColumnName])) columns[output.Name] = output;
        return new SchemaShape(columns.Values);
    }

    /// <summary>Checks the options that depend on the data, before a network is built.</summary>
    /// <exception cref="OptionException">Options contradict the data.</exception>
    private protected virtual void CheckAgainst(TrainingRun run)
    {
        if (run.Options.TestTimeAugmentation.Complaint(run.Preprocessing) is { } complaint)
            throw new OptionException($"TestTimeAugmentation cannot be used: {complaint}.");
        if (run.Options.Rejection is { } rejection && run.Validation is null)
        {
            throw new OptionException(
                $"Rejection is {rejection}, and there are no validation images to choose its thresholds by. Give some, or leave it out.");
        }

        if (run.Options is { Rejection: { } byOne, TestTimeAugmentation: { Views: > 1 } several })
        {
            throw new OptionException(
                $"Rejection is {byOne}, and TestTimeAugmentation is {several}: thresholds are those of one view of an image, and the "
                + "mean of several is less sure. Leave one of them out.");
        }

        if (run.Options.SoupOf > 1 && run.Validation is null)
        {
            throw new OptionException(
                $"SoupOf is {run.Options.SoupOf}, and there are no validation images to choose epochs by. Give some, or leave SoupOf out.");
        }
    }

    /// <summary>
    /// Trains a network and passes it to the result or a <see cref="TrainingFailedException"/>; on other errors the caller disposes it.
    /// </summary>
    private protected abstract ImageClassificationTransformer Train(TrainingRun run, ImageModel model, TrainingLog log);

    /// <summary>Searches for a learning rate; the caller disposes the network.</summary>
    private protected abstract LearningRateCurve FindLearningRate(TrainingRun run, ImageModel model, TrainingLog log);

    private ImageClassificationTransformer Fit(IDataView input, ImageClassificationOptions options) => Run(input, options, Trained);

    /// <summary>Trains on images that are read already.</summary>
    internal ImageClassificationTransformer Fit(TrainingImages images) => Run(images, _options, Trained);

    /// <summary>Trains, and shows TensorBoard the worst errors of the model.</summary>
    private ImageClassificationTransformer Trained(TrainingRun run, ImageModel model, TrainingLog log)
    {
        ImageClassificationTransformer trained = Train(run, model, log);
        log.Trained(run, trained);
        return trained;
    }

    private T Run<T>(IDataView input, ImageClassificationOptions given, Func<TrainingRun, ImageModel, TrainingLog, T> work)
    {
        using WatchedTraining watched = WatchedTraining.Of(given);
        return Run(TrainingImages.Read(watched.Options, _seed, input), watched.Options, work);
    }

    /// <summary>Builds the network of a training and passes it on; on errors it is disposed.</summary>
    private T Run<T>(TrainingImages images, ImageClassificationOptions options, Func<TrainingRun, ImageModel, TrainingLog, T> work)
    {
        using IChannel channel = _environment.Start(GetType().Name);
        TensorBoardLog? board = options.TensorBoardFolder is not { } folder ? null
            : new(folder, options, _seed, reason =>
            {
                channel.Warning(MessageSensitivity.UserData, reason);
                options.TensorBoardLost?.Invoke(reason);
            });
        using StartingModel? start = StartingModel.Open(_choice);
        TrainingRun run = TrainingRun.Prepare(_environment, options, _choice, _seed, images, start);
        CheckAgainst(run);
        ImageModel model = run.BuildModel();
        // Its weights are copied by now: free its memory before the training.
        start?.Dispose();
        try
        {
            var timeLeft = new TimeLeft(TimeProvider.System, run.Validation?.Count ?? 0);
            return work(run, model, new TrainingLog(channel, options, timeLeft, board));
        }
        catch (Exception error) when (error is not TrainingFailedException)
        {
            model.Dispose();
            throw;
        }
        finally
        {
            Allocator.ReturnFreedMemory();
        }
    }

    private void CheckLabel(Dictionary<string, SchemaShape.Column> schema)
    {
        if (!schema.TryGetValue(_options.LabelColumnName, out SchemaShape.Column label))
            throw new ArgumentOutOfRangeException(nameof(schema), $"There is no label column '{_options.LabelColumnName}'.");
        if (!label.IsKey)
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{label.Name}': expected a key, got {label.ItemType}.");
    }
}

/// <summary>
/// Feature extraction: the backbone is frozen, every image goes through it once, and only a new head is trained on the features.
/// </summary>
public sealed class FeatureExtractionEstimator : ImageClassificationEstimator
{
    internal FeatureExtractionEstimator(IHostEnvironment environment, FeatureExtractionOptions options) : base(environment, options)
    {
    }

    private protected override ImageClassificationTransformer Train(TrainingRun run, ImageModel model, TrainingLog log) =>
        new FeatureExtractionTrainer(run, model, log).Train();

    private protected override LearningRateCurve FindLearningRate(TrainingRun run, ImageModel model, TrainingLog log) =>
        new FeatureExtractionTrainer(run, model, log).FindLearningRate();
}

/// <summary>Fine-tuning: all layers of the backbone, or its upper ones, are trained further together with a new head.</summary>
public sealed class FineTuningEstimator : ImageClassificationEstimator
{
    internal FineTuningEstimator(IHostEnvironment environment, FineTuningOptions options) : base(environment, options)
    {
    }

    private protected override void CheckAgainst(TrainingRun run)
    {
        base.CheckAgainst(run);
        if (Preprocessing.Complain(FineTuningTrainer.TrainingTransforms(run), run.Preprocessing.CropTo) is { } complaint)
            throw new OptionException($"TrainingTransforms cannot be used: {complaint}.");
    }

    private protected override ImageClassificationTransformer Train(TrainingRun run, ImageModel model, TrainingLog log) =>
        new FineTuningTrainer(run, model, log).Train();

    private protected override LearningRateCurve FindLearningRate(TrainingRun run, ImageModel model, TrainingLog log) =>
        new FineTuningTrainer(run, model, log).FindLearningRate();
}
