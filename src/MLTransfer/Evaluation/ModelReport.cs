using System.Text;
using System.Text.Json;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;
using MLTransfer.Imaging;

namespace MLTransfer;

/// <summary>Reports on a model: one HTML page that needs nothing else, or the same figures as JSON.</summary>
public static class ModelReport
{
    private const string Json = ".json", Html = ".html";

    /// <summary>
    /// Scores labeled images and writes what there is to know of the model: learning curves, where it was just trained; precision, recall,
    /// F1 and average precision of each class; the confusion matrix, whose cells lead to their images; calibration; the worst errors, with
    /// what speaks for the wrong class; labels that may be wrong; and scored images that are among the training images. The page runs no
    /// script and loads nothing.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file, in an existing folder: <c>.html</c> or <c>.json</c>. An older one is replaced when the new one is
    /// complete.</param>
    /// <param name="images">Labeled images that the model was not trained on. Default: null, those that the training held back; without
    /// any, the report is about the training alone.</param>
    /// <param name="options">What the report has. Default: null, the defaults of all options.</param>
    /// <exception cref="ArgumentException">The file has another ending, the options cannot be used, or the model knows none of the
    /// classes.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    /// <exception cref="OperationCanceledException">It was canceled; nothing is written.</exception>
    public static void Report(
        this ImageClassificationTransformer model, string path, ImageDataset? images = null, ModelReportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        options = (options ?? new()).Checked();
        bool isJson = path.EndsWith(Json, StringComparison.OrdinalIgnoreCase);
        if (!isJson && !path.EndsWith(Html, StringComparison.OrdinalIgnoreCase))
            throw new ArgumentException($"'{path}' must end in {Html} or {Json}.", nameof(path));
        AtomicFile.CheckWritable(path);
        ModelEvaluation? evaluation = images is not null ? ModelEvaluation.Run(model, images, options.Cancellation)
            : model.Training is { HeldBack: { Count: > 0 } held }
                ? ModelEvaluation.Run(model, held, "the images held back", options.Cancellation) : null;
        IReadOnlyList<DatasetProblem>? leaks = Leaks(model, evaluation, options);
        byte[] content = isJson
            ? JsonSerializer.SerializeToUtf8Bytes(ModelReportJson.Of(model, evaluation, leaks, options.LearningRates), ReportJson.Options)
            : Encoding.UTF8.GetBytes(Page(model, evaluation, leaks, options).Source);
        AtomicFile.Write(path, stream => stream.Write(content));
    }

    /// <summary>Groups of scored images and training images that are the same or look the same; null where that is not asked for.</summary>
    internal static IReadOnlyList<DatasetProblem>? Leaks(
        ImageClassificationTransformer model, ModelEvaluation? evaluation, ModelReportOptions options)
    {
        if (evaluation is null || options.TrainingImages is not { } training) return null;
        // What the training held back is among the images that it was given.
        HashSet<string> held = [.. (model.Training?.HeldBack ?? []).Select(row => row.ImagePath)];
        return DatasetInspection.Leaks(
            training.Rows.Where(row => !held.Contains(row.ImagePath)),
            evaluation.Images.Select(image => new ImageRow(image.Prediction.Name, image.Label)), Limited(model), options.Cancellation);
    }

    internal static Markup Page(
        ImageClassificationTransformer model, ModelEvaluation? evaluation, IReadOnlyList<DatasetProblem>? leaks, ModelReportOptions options)
    {
        EvaluatedImage[] worst = evaluation is null ? [] : [.. evaluation.Errors.Take(options.WorstErrors)];
        return new ModelPage(ModelFacts.Of(model), options.Settings)
        {
            Title = options.Title,
            Training = model.Training,
            Evaluation = evaluation,
            Leaks = leaks,
            LearningRates = options.LearningRates,
            Thumbnails = evaluation is null ? new Dictionary<string, string>()
                : Thumbnails.Encode(ModelPage.Shown(evaluation, leaks), Limited(model), options.Cancellation),
            Errors = Explained(model, worst, options.Cancellation),
        }.Render();
    }

    private static DecodingOptions Limited(ImageClassificationTransformer model) =>
        DecodingOptions.Default with { Limits = ImageLimits.UpTo(model.MaximumPixels) };

    private static List<ExplainedError> Explained(
        ImageClassificationTransformer model, EvaluatedImage[] errors, CancellationToken cancel)
    {
        List<ExplainedError> explained = [];
        foreach (EvaluatedImage error in errors)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                explained.Add(new(error, model.Explain(error.Prediction.Name, label: error.Prediction.Label, cancellation: cancel)));
            }
            // It was there when it was scored.
            catch (ImageException)
            {
            }
            // The network has no maps.
            catch (NotSupportedException)
            {
                return [];
            }
        }

        return explained;
    }
}

/// <summary>What a <see cref="ModelReport"/> has.</summary>
public sealed record ModelReportOptions
{
    internal const int MostErrors = 100;

    /// <summary>The heading. Default: null, the backbone and the accuracy.</summary>
    public string? Title { get; init; }

    /// <summary>Names and values to show, such as the settings of the training. Default: none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>How many errors are shown with what speaks for the wrong class, the surest first: 0 to 100. Default 24.</summary>
    public int WorstErrors { get; init; } = 24;

    /// <summary>
    /// The training images, to find those among the scored images that are the same or look the same. Default: null, they are not looked
    /// for.
    /// </summary>
    public ImageDataset? TrainingImages { get; init; }

    /// <summary>The search for the learning rate that the training had, to plot. Default: null, there is none.</summary>
    public LearningRateCurve? LearningRates { get; init; }

    /// <summary>Stops after the running batch. Default: none.</summary>
    public CancellationToken Cancellation { get; init; }

    internal ModelReportOptions Checked() => Check.All(
        this, Check.Between(0, WorstErrors, MostErrors), Settings is null ? "Settings is null; leave it out for none." : null);
}
