using System.Globalization;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Reports;

/// <summary>A model on one page: its training, and what labeled images say of it.</summary>
/// <param name="model">The model.</param>
/// <param name="settings">Names and values to show with it.</param>
internal sealed class ModelPage(ModelFacts model, IReadOnlyList<KeyValuePair<string, string>> settings)
{
    private const int MostSuspects = 24, MostLeaks = 24, MostOfALeak = 6;

    /// <summary>The heading; null for the backbone and the accuracy.</summary>
    internal string? Title { get; init; }

    /// <summary>The training; null where the model was loaded.</summary>
    internal TrainingSummary? Training { get; init; }

    /// <summary>What the model says of labeled images; null where none were scored.</summary>
    internal ModelEvaluation? Evaluation { get; init; }

    /// <summary>Data URIs by path.</summary>
    internal IReadOnlyDictionary<string, string> Thumbnails { get; init; } = new Dictionary<string, string>();

    /// <summary>Groups of images that are among the training images, too; null where that was not looked for.</summary>
    internal IReadOnlyList<DatasetProblem>? Leaks { get; init; }

    /// <summary>The search for the learning rate; null where there was none.</summary>
    internal LearningRateCurve? LearningRates { get; init; }

    /// <summary>The worst errors; empty where the network has no maps to explain them by.</summary>
    internal IReadOnlyList<ExplainedError> Errors { get; init; } = [];

    internal Markup Render() => ReportPage.Render(
        Title ?? DefaultTitle(),
        Markup.Format(
            $"""
            {ReportPage.NamedValues(Facts())}
            {(settings.Count == 0 ? default : ReportPage.Settings(settings.Select(setting => (setting.Key, setting.Value))))}
            {(LearningRates is null ? default : LearningRateChart.Section(LearningRates))}
            {(Training is null ? default : Curves(Training))}
            <h2>Classes</h2>
            {(Evaluation is null ? WithoutClasses() : Classes(Evaluation))}
            {SkippedImages()}
            """),
        new(string.Join('\n', ImageCard.Style.Source, ConfusionTable.Style.Source, ExplanationPage.Style.Source)));

    /// <summary>The images that <see cref="Render"/> shows as thumbnails.</summary>
    internal static IEnumerable<string> Shown(ModelEvaluation evaluation, IReadOnlyList<DatasetProblem>? leaks) =>
    [
        .. ConfusionTable.Shown(evaluation).Concat(evaluation.Suspects.Take(MostSuspects)).Select(image => image.Prediction.Name),
        .. (leaks ?? []).Take(MostLeaks).SelectMany(leak => leak.Images.Take(MostOfALeak)).Select(row => row.ImagePath),
    ];

    private static Markup Curves(TrainingSummary training) =>
        Markup.Format(
            $"""
            {(training.Trials.Count == 0 ? default : Markup.Format($"<h2>What was tried</h2>\n{TrialTable.Render(training.Trials)}"))}
            <h2>Learning curves</h2>
            {LearningCurves.Render(training.Epochs, training.BestEpoch, training.ChooseBy)}
            """);

    private string DefaultTitle() => (Evaluation, Training) switch
    {
        ({ Report: { Images: > 0 } report }, _) => $"{model.Backbone}: {ReportNumber.Percent(report.MicroAccuracy)} accuracy",
        (_, { ValidationAccuracy: var accuracy }) when double.IsFinite(accuracy) =>
            $"{model.Backbone}: {ReportNumber.Percent(accuracy)} validation accuracy",
        _ => $"{model.Backbone}: not validated",
    };

    private IEnumerable<(string Name, string Value)> Facts() =>
    [
        ("backbone", model.Backbone),
        ("head", model.Head),
        ("image size", $"{model.ImageSize} × {model.ImageSize} pixels"),
        ("classes", $"{ReportNumber.Count(model.Labels.Count)}: {string.Join(", ", model.Labels)}"),
        ("temperature", model.Temperature.ToString("0.00", CultureInfo.InvariantCulture)),
        .. Training is { } training ? TrainingFacts(training) : [],
        .. Evaluation is { } evaluation ? EvaluationFacts(evaluation) : [],
    ];

    private static IEnumerable<(string Name, string Value)> TrainingFacts(TrainingSummary training) =>
    [
        ("training images", ReportNumber.Count(training.TrainingImages)),
        ("validation images", ReportNumber.Count(training.ValidationImages)),
        ("epochs", ReportNumber.Count(training.Epochs.Count) + training switch
        {
            { Failure: { } failure } => $", then failed: {failure}",
            { Cancelled: true } => ", then interrupted",
            { StoppedEarly: true } => ", then stopped early",
            _ => "",
        }),
        ("best epoch", ReportNumber.Count(training.BestEpoch)),
        .. training.IsAverage ? [("weights", "their running average")] : Array.Empty<(string, string)>(),
        .. training.SoupEpochs.Count > 1 ? [("averaged epochs", string.Join(", ", training.SoupEpochs))] : Array.Empty<(string, string)>(),
        ("best validation accuracy", ReportNumber.Percent(training.ValidationAccuracy)),
        .. TrialTable.Facts(training),
        ("feature extraction time", ReportNumber.Seconds(training.FeatureSeconds)),
        ("training time", ReportNumber.Seconds(training.TrainingSeconds)),
        ("training throughput", ReportNumber.Throughput(training.ImagesPerSecond)),
    ];

    private static IEnumerable<(string Name, string Value)> EvaluationFacts(ModelEvaluation evaluation) =>
    [
        ("scored images", ReportNumber.Count(evaluation.Report.Images)
            + (evaluation.Augmentation.Views > 1 ? $", {evaluation.Augmentation.Views} views of each" : "")),
        ("accuracy", ReportNumber.Percent(evaluation.Report.MicroAccuracy)),
        ("accuracy, mean over classes", ReportNumber.Percent(evaluation.Report.MacroAccuracy)),
        .. evaluation.Rejection is not { } rule ? Array.Empty<(string, string)>()
            : [($"rejected ({rule.Asked})", $"{ReportNumber.Count(evaluation.Rejected)}; of the others, "
                + $"{ReportNumber.Percent(evaluation.AcceptedAccuracy)} are right")],
        .. evaluation.Unknown.Count == 0 ? Array.Empty<(string, string)>()
            : [("classes the model does not know", string.Join(", ", evaluation.Unknown.Select(one => $"{one.Label} {one.Images}")))],
        ("scoring throughput", ReportNumber.Throughput(evaluation.ImagesPerSecond)),
    ];

    private Markup Classes(ModelEvaluation evaluation) => Markup.Format(
        $"""
        {ConfusionTable.Metrics(evaluation.Report)}
        <h2>Confusion</h2>
        {ConfusionTable.Render(evaluation, Thumbnails)}
        <h2>Calibration</h2>
        {(evaluation.Report.Images == 0 ? Markup.Format($"<p>No image was scored.</p>") : ReliabilityDiagram.Render(evaluation.Report))}
        <h2>Worst errors</h2>
        {WorstErrors(evaluation)}
        <h2>Labels that may be wrong</h2>
        {Suspects(evaluation)}
        {(Leaks is null ? default : Leaked(Leaks))}
        """);

    private Markup Suspects(ModelEvaluation evaluation)
    {
        IReadOnlyList<EvaluatedImage> suspects = evaluation.Suspects;
        if (suspects.Count == 0) return Markup.Format($"<p>None: no label is improbable enough.</p>");
        return Markup.Format(
            $"""
            <p>{ReportNumber.Count(suspects.Count)} images whose label the model finds improbable, the most suspect first, with what it
            would call them: for a person to look at, as the model may be wrong.</p>
            <div class="cards">
            {suspects.Take(MostSuspects).Select(suspect => ImageCard.Render(
                new(suspect.Prediction.Name, suspect.Label), Thumbnails, ReportNumber.Percent(suspect.Prediction.Probability),
                suspect.Prediction.Label))}
            </div>
            """);
    }

    private Markup Leaked(IReadOnlyList<DatasetProblem> leaks) => Markup.Format(
        $"""
        <h2>Scored images among the training images</h2>
        {(leaks.Count == 0 ? Markup.Format($"<p>None was found.</p>") : Markup.Format(
            $"<p>{ReportNumber.Count(leaks.Count)} groups of equal or similar images are on both sides: they say little.</p>"))}
        <div class="groups">
        {leaks.Take(MostLeaks).Select(leak => Markup.Format(
            $"""
            <div class="group"><p class="note">{leak.Note}</p>
            <div class="cards">{leak.Images.Take(MostOfALeak).Select(row => ImageCard.Render(row, Thumbnails))}</div></div>
            """))}
        </div>
        """);

    private Markup WorstErrors(ModelEvaluation evaluation)
    {
        int errors = evaluation.Errors.Count;
        if (errors == 0) return Markup.Format($"<p>None: every image was classified correctly.</p>");
        if (Errors.Count == 0)
            return Markup.Format($"<p>{ReportNumber.Count(errors)} images were classified wrongly; none is explained here.</p>");
        return Markup.Format(
            $"""
            <p>The surest {ReportNumber.Count(Errors.Count)} of {ReportNumber.Count(errors)} errors. Left the image as the network sees it,
            right with what speaks for the predicted class: black, nothing, to yellow, most.</p>
            <div class="explanations">
            {Errors.Select(each => ExplanationPage.Card(each.Explanation, each.Error.Label))}
            </div>
            """);
    }

    private Markup WithoutClasses() => Training is null or { ValidationImages: 0 }
        ? Markup.Format($"<p>There were no validation images, so there are no results by class.</p>")
        : Markup.Format(
            $"""
            <p>The validation images were not scored again after the training, so there are no results by class. Let the run finish, or
            report on labeled files.</p>
            """);

    private Markup SkippedImages()
    {
        (string Name, string Reason)[] skipped =
        [
            .. (Training?.Skipped ?? []).Select(image => (image.Name, image.Reason))
                .Concat((Evaluation?.Skipped ?? []).Select(image => (image.Name, image.Error!))).DistinctBy(image => image.Item1),
        ];
        return skipped.Length == 0 ? Markup.Format($"<h2>Skipped images</h2>\n<p>None: every image could be read.</p>") : Markup.Format(
            $"""
            <h2>Skipped images</h2>
            <table>
            <tr><th class="name">image</th><th class="name">reason</th></tr>
            {skipped.Select(image => Markup.Format($"<tr><td class=\"name\">{image.Name}</td><td class=\"name\">{image.Reason}</td></tr>"))}
            </table>
            """);
    }
}

/// <summary>What a model says of itself.</summary>
/// <param name="Backbone">The name of the network.</param>
/// <param name="Head">The head, in one word.</param>
/// <param name="ImageSize">Both sides of the images that the network sees, in pixels.</param>
/// <param name="Temperature">What the logits are divided by.</param>
/// <param name="Labels">The classes.</param>
internal sealed record ModelFacts(string Backbone, string Head, int ImageSize, double Temperature, IReadOnlyList<string> Labels)
{
    internal static ModelFacts Of(ImageClassificationTransformer model) =>
        new(model.Backbone, model.Head.ToString(), model.Preprocessing.CropTo, model.Temperature, model.Labels);
}

/// <summary>An image that was classified wrongly, and what speaks for the predicted class.</summary>
internal sealed record ExplainedError(EvaluatedImage Error, Explanation Explanation);
