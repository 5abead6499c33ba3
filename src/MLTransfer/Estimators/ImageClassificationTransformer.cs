using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Training;
using MLTransfer.Weights;
using Onnx;

namespace MLTransfer;

/// <summary>
/// A trained image classifier. Adds <c>Score</c> (vector of single: one probability per class, with slot names) and <c>PredictedLabel</c>
/// (key whose values have the type of the training labels); the training options can rename both. Where
/// it rejects images, also <c>Rejected</c> (Boolean) and <c>RejectionReason</c> (text). Scores a data view in batches, decoding
/// ahead. An unreadable image gets NaN scores and a missing label in a data view, and throws in a <c>PredictionEngine</c>.
/// </summary>
public sealed class ImageClassificationTransformer : ITransformer, IImageClassifier
{
    private readonly Scorer _scorer;
    private readonly ModelDescription _description;
    private readonly LabelKind _labelKind;

    internal ImageClassificationTransformer(ImageModel network, Scorer scorer, ModelDescription description, TrainingSummary? training)
    {
        Network = network;
        _scorer = scorer;
        _description = description;
        _labelKind = LabelKind.Named(description.LabelType, description.Labels);
        Rejection = description.ParseRejection();
        Head = description.ParseHead();
        Training = training;
    }

    /// <summary>The classes, in the order of the scores.</summary>
    public IReadOnlyList<string> Labels => _description.Labels;

    /// <summary>The name of the network.</summary>
    public string Backbone => _description.Backbone;

    /// <summary>The head on top of the network's features.</summary>
    public ClassifierHead Head { get; }

    /// <summary>The preprocessing of an image before the network sees it.</summary>
    public Preprocessing Preprocessing => _description.Preprocessing;

    /// <summary>The input column with the images.</summary>
    public string ImageColumnName => _description.ImageColumnName;

    /// <summary>
    /// What the network's logits are divided by, so that probabilities tell how often they are right; 1 where the model is not calibrated.
    /// </summary>
    public double Temperature => _description.Temperature ?? 1;

    /// <summary>When the model rejects images; <see langword="null"/> where it commits itself to a class of each.</summary>
    public RejectionRule? Rejection { get; }

    /// <summary>How the training went; <see langword="null"/> for a model that was loaded.</summary>
    public TrainingSummary? Training { get; internal set; }

    /// <summary>The network, which this model owns.</summary>
    internal ImageModel Network { get; }

    /// <summary>How unlike the training images an image is, where the model rejects by that. The network that scores owns it.</summary>
    internal FeatureDistance? Distance { get; init; }

    /// <summary>
    /// The largest number of pixels, width × height, of an image; a larger one counts as unreadable. Not saved with the model. Default:
    /// the limit used in training; 178,956,970 for a loaded model. Decoding takes four bytes per pixel.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public long MaximumPixels { get => _scorer.MaximumPixels; set => _scorer.MaximumPixels = value; }

    void IImageClassifier.ExpectFewImages() => _scorer.ExpectFewImages();

    /// <summary>
    /// Which views of an image are scored; its probabilities are their mean. Saved with the model; holds for everything that is scored
    /// afterwards, also by data views and prediction engines from before. Default: that of the options, or of the model file.
    /// </summary>
    /// <exception cref="ArgumentException">The crops do not go with <see cref="Preprocessing"/>; the message says why.</exception>
    public TestTimeAugmentation TestTimeAugmentation { get => _scorer.Augmentation; set => _scorer.Augmentation = value; }

    bool ITransformer.IsRowToRowMapper => true;

    /// <summary>Scores image files in batches, decoding ahead; returns one prediction per file, in order.</summary>
    /// <param name="files">Paths of images.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<string> files, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        return Predict(files.Select(ImageSource.FromPath), cancellation);
    }

    /// <summary>Scores images in batches, decoding ahead; returns one prediction per image, in order.</summary>
    /// <param name="images">Files, encoded bytes or pixels; one that cannot be read has an <see cref="ImagePrediction.Error"/>.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IEnumerable<ImagePrediction> Predict(IEnumerable<ImageSource> images, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(images);
        return _scorer.Predict(images, Labels, Rejection, cancellation);
    }

    /// <summary>Scores one image on the calling thread. Any number of threads may do so at once; they share the network.</summary>
    /// <param name="image">A file, encoded bytes or pixels.</param>
    /// <exception cref="ImageException">It cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public ImagePrediction Predict(ImageSource image)
    {
        ArgumentNullException.ThrowIfNull(image);
        ScoredImage scored = _scorer.Score(image);
        return new(image.Name, Labels, scored.Values!) { RejectionReason = scored.Rejection(Rejection), Distance = scored.Distance };
    }

    /// <inheritdoc cref="Explain(ImageSource, ExplanationMethod, string?, CancellationToken)"/>
    /// <param name="file">The path of an image.</param>
    /// <param name="method">How. Default: <see cref="ExplanationMethod.GradCam"/>.</param>
    /// <param name="label">The class, one of <see cref="Labels"/>. Default: null, the predicted one.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    public Explanation Explain(
        string file, ExplanationMethod method = ExplanationMethod.GradCam, string? label = null,
        CancellationToken cancellation = default) => Explain(ImageSource.FromPath(file), method, label, cancellation);

    /// <summary>Tells where in an image the model finds a class, on the calling thread; of one view of it.</summary>
    /// <param name="image">A file, encoded bytes or pixels.</param>
    /// <param name="method">How. Default: <see cref="ExplanationMethod.GradCam"/>.</param>
    /// <param name="label">The class, one of <see cref="Labels"/>. Default: null, the predicted one.</param>
    /// <param name="cancellation">Stops after the running batch.</param>
    /// <exception cref="ArgumentException">There is no such class.</exception>
    /// <exception cref="ImageException">The image cannot be read.</exception>
    /// <exception cref="NotSupportedException">The network has no maps for Grad-CAM, or no attention to roll out; occlusion needs neither.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public Explanation Explain(
        ImageSource image, ExplanationMethod method = ExplanationMethod.GradCam, string? label = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        int? asked = label is null ? null : Labels.ToList().IndexOf(label) is >= 0 and var index ? index : throw new ArgumentException(
            $"The model has no class '{label}'.{NearestName.Suggest(label, [.. Labels])} Its classes: {string.Join(", ", Labels)}.",
            nameof(label));
        return _scorer.Explain(image, (network, probabilities, batch, normalized) =>
        {
            int explained = asked ?? probabilities.IndexOf(probabilities.Max());
            float[] heat = method switch
            {
                ExplanationMethod.GradCam => Heat.OfActivations(network, normalized, explained) ?? throw new NotSupportedException(
                    $"{Backbone} has no maps for Grad-CAM. Use {nameof(ExplanationMethod.Occlusion)}, which needs none."),
                ExplanationMethod.AttentionRollout => Heat.OfAttention(network, normalized) ?? throw new NotSupportedException(
                    $"{Backbone} has no attention of all patches to all, as ViT has. Use {nameof(ExplanationMethod.GradCam)} or "
                    + $"{nameof(ExplanationMethod.Occlusion)}."),
                ExplanationMethod.Occlusion => Heat.OfOcclusion(network, normalized, explained, cancellation),
                _ => throw new ArgumentOutOfRangeException(nameof(method), method, "There is no such method."),
            };
            var seen = new Image(batch.Width, batch.Height, batch.Pixels);
            return new Explanation(new(image.Name, Labels, probabilities), explained, method, seen, heat);
        });
    }

    /// <summary>Writes backbone and head as a <c>.safetensors</c> file, which options can name as weights again.</summary>
    /// <param name="path">The file; an older one is replaced when the new one is complete.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">A weight or a statistic is NaN or infinite.</exception>
    public void SaveWeights(string path)
    {
        RequireFinite();
        SafetensorsFile.Write(path, StateDict.Save(Network));
    }

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ImageColumn.Find(inputSchema, ImageColumnName);
        return new OutputColumns(_description.ScoreColumnName, _description.PredictedLabelColumnName, Rejection is not null)
            .AddTo(inputSchema, Labels, _labelKind);
    }

    /// <inheritdoc/>
    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ScoredDataView(input, GetOutputSchema(input.Schema), _scorer, ImageColumnName, rule: Rejection);
    }

    /// <summary>
    /// Frees the network's memory, at once or when the predictions that other threads are making are done. Further ones throw
    /// <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => _scorer.Dispose();

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        return new ScoringRowMapper(inputSchema, GetOutputSchema(inputSchema), _scorer, ImageColumnName, Rejection);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        RequireFinite();
        ModelPayload.Save(
            ctx, _description with { TestTimeAugmentation = ModelDescription.Word(TestTimeAugmentation) }, Network, Distance);
    }

    /// <summary>The model as ONNX: the network on one view of an image, whatever the test-time augmentation.</summary>
    /// <exception cref="ArgumentException">The options cannot be used, or not with this model.</exception>
    /// <exception cref="InvalidOperationException">A weight or a statistic is NaN or infinite, or too large for float16.</exception>
    /// <exception cref="NotSupportedException">The network is a custom one without a form for export.</exception>
    internal ModelProto ToOnnx(OnnxExportOptions options)
    {
        RequireFinite();
        return OnnxModel.Build(Network, new(Backbone, _description.Head, Labels, Preprocessing)
        {
            Temperature = Temperature,
        }, options);
    }

    /// <summary>Creates the model of a finished training.</summary>
    /// <exception cref="TrainingFailedException">The training failed in a later epoch; the exception holds the model.</exception>
    internal static ImageClassificationTransformer Trained(
        TrainingRun run, ImageModel model, TrainingState state, TrainingSummary training, FeatureDistance? distance)
    {
        training = training with
        {
            HeldBack = run.HeldBack,
            StoppedEarly = state.HasStalled,
            IsAverage = state.BestIsAverage,
            ChooseBy = run.Options.ChooseBy,
            Chosen = state.Soup?.Result ?? state.Best,
            SoupEpochs = state.SoupEpochs,
        };
        ModelDescription description = Described(run, training);
        var network = new ClassifierNetwork(model, run.InferenceType, description.Temperature ?? 1, distance);
        var scorer = new Scorer(network, run.Preprocessing, run.Device)
        {
            Decoding = run.Options.Decoding, Augmentation = run.Options.TestTimeAugmentation,
        };
        ImageClassificationTransformer Trained(TrainingSummary summary) => new(model, scorer, description, summary) { Distance = distance };
        if (state.Failure is not { } cause) return Trained(training);
        string what = cause is CheckpointException ? ""
            : state.FailedEpoch is { } epoch ? $"Epoch {epoch} failed: " : "Averaging the best epochs failed: ";
        string failure = $"{what}{cause.Message.TrimEnd('.')}.";
        throw new TrainingFailedException(Trained(training with { Failure = failure }), cause);
    }

    private static ModelDescription Described(TrainingRun run, TrainingSummary training) => new()
    {
        Backbone = run.Backbone.Name,
        Head = run.Head.ToString(),
        Labels = run.Classes,
        LabelType = run.Images.LabelKind.Name,
        ImageColumnName = run.Images.ImageColumnName,
        ScoreColumnName = run.Options.ScoreColumnName,
        PredictedLabelColumnName = run.Options.PredictedLabelColumnName,
        Preprocessing = run.Preprocessing,
        Precision = run.Options.Precision,
        Temperature = training.Calibration?.Temperature,
        Rejection = training.Rejection is { } rule ? StoredRejection.Of(rule) : null,
    };

    private void RequireFinite()
    {
        if (TrainableModel.FirstNotFinite(Network) is { } name)
        {
            throw new InvalidOperationException(
                $"The model is not saved: '{name}' in its network holds NaN or infinity, so its scores are worthless. Train it again.");
        }
    }
}
