using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Estimators;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer;

/// <summary>
/// A trained classifier of pictures. Adds <c>Score</c> (vector of single: a probability per class, its slots named) and
/// <c>PredictedLabel</c> (key over the classes). Over a data view it reads ahead and scores in batches; a picture that cannot be read gets
/// NaN scores and a missing label there, and an exception in a <c>PredictionEngine</c>.
/// </summary>
public sealed class ImageClassificationTransformer : ITransformer, IDisposable
{
    private readonly Scorer _scorer;
    private readonly ModelDescription _description;

    internal ImageClassificationTransformer(Scorer scorer, ModelDescription description, TrainingSummary? training)
    {
        _scorer = scorer;
        _description = description;
        Head = description.ParseHead();
        Training = training;
    }

    /// <summary>The classes, in the order of the scores.</summary>
    public IReadOnlyList<string> Labels => _description.Labels;

    /// <summary>The name of the network.</summary>
    public string Backbone => _description.Backbone;

    /// <summary>What was trained on top of the network's features.</summary>
    public ClassifierHead Head { get; }

    /// <summary>What a picture goes through before the network sees it.</summary>
    public Preprocessing Preprocessing => _description.Preprocessing;

    /// <summary>The column the pictures are read from.</summary>
    public string ImageColumnName => _description.ImageColumnName;

    /// <summary>How the training went; <see langword="null"/> for a model that was loaded.</summary>
    public TrainingSummary? Training { get; }

    /// <summary>
    /// The most pixels, width × height, that an image may have; larger ones count as unreadable. Not saved with the model. Default: 178,956,970,
    /// or what the model was trained with; decoding takes four bytes of memory for each.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long MaximumPixels
    {
        get => _scorer.Decoding.Limits.Pixels;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _scorer.Decoding = _scorer.Decoding with { Limits = PictureLimits.UpTo(value) };
        }
    }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Scores files, decoding ahead and in batches; the predictions come in the order of the files.</summary>
    /// <param name="files">Paths of pictures.</param>
    /// <param name="cancellation">Stops behind the running batch.</param>
    /// <exception cref="OperationCanceledException">The token asked to stop.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<string> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return _scorer.Score(files.Select(PictureSource.At), cancellation).Select(scored => scored is { Probabilities: { } probabilities }
            ? new ImagePrediction(scored.Name, Labels, probabilities)
            : new ImagePrediction(scored.Name, scored.Error ?? ""));
    }

    /// <summary>Writes backbone and head as a <c>.safetensors</c> file, which options can name as weights again.</summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveWeights(string path) => SafetensorsFile.Write(path, StateDict.Save(_scorer.Model));

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        PictureColumn.Find(inputSchema, ImageColumnName);
        return OutputColumns.AddTo(inputSchema, Labels);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, GetOutputSchema(input.Schema), _scorer, ImageColumnName);
    }

    /// <summary>Frees the network's memory.</summary>
    public void Dispose() => _scorer.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scorer, ImageColumnName);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => ModelPayload.Save(ctx, _description, _scorer.Model);

    internal static ImageClassificationTransformer Trained(TrainingRun run, ImageModel model, TrainingSummary training) => new(
        new Scorer(model, run.Preprocessing, run.Device, run.InferenceType) { Decoding = run.Options.Decoding },
        new ModelDescription
        {
            Backbone = run.Backbone.Name,
            Head = run.Options.Head.ToString(),
            Labels = run.Classes,
            ImageColumnName = run.ImageColumnName,
            Preprocessing = run.Preprocessing,
            Precision = run.Options.Precision,
        },
        training);
}
