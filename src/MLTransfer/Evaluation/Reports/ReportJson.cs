using System.Globalization;
using System.Numerics;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using MLTransfer.Evaluation.Inspection;

namespace MLTransfer.Evaluation.Reports;

/// <summary>How reports are written as JSON: snake_case names, and null for what is unknown or not finite.</summary>
internal static class ReportJson
{
    internal static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        // The document goes to a file, a terminal or a program, never into a web page, so file names may stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new NotANumberIsNull<double>(), new NotANumberIsNull<float>() },
    };

    internal static void WriteTo<T>(TextWriter output, T document) => output.WriteLine(JsonSerializer.Serialize(document, Options));

    private sealed class NotANumberIsNull<T> : JsonConverter<T>
        where T : struct, IFloatingPointIeee754<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? T.NaN : T.CreateChecked(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (T.IsFinite(value))
                writer.WriteRawValue(value.ToString("R", CultureInfo.InvariantCulture));
            else
                writer.WriteNullValue();
        }
    }
}

/// <summary>A model and what labeled images say of it.</summary>
/// <param name="Model">What the model says of itself.</param>
/// <param name="Training">How it was trained; left out where it was loaded.</param>
/// <param name="Evaluation">Left out where no images were scored.</param>
/// <param name="Errors">The images that were classified wrongly, the surest errors first.</param>
/// <param name="Suspects">Those of them whose label may be wrong, the most suspect first.</param>
internal sealed record ModelReportJson(
    ModelFacts Model,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TrainingReportJson? Training,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] EvaluationJson? Evaluation,
    IReadOnlyList<ErrorJson> Errors, IReadOnlyList<ErrorJson> Suspects)
{
    /// <summary>The page that was written beside.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Out { get; init; }

    /// <summary>
    /// Groups of equal or similar images that are among the training images, too; left out where they were not looked for.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LeakJson>? Leaks { get; init; }

    /// <summary>The search for the learning rate; left out where there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LearningRateJson? LearningRates { get; init; }

    internal static ModelReportJson Of(
        ImageClassificationTransformer model, ModelEvaluation? evaluation, IReadOnlyList<DatasetProblem>? leaks,
        LearningRateCurve? learningRates = null) => new(
        ModelFacts.Of(model),
        model.Training is { } training ? TrainingReportJson.From(training) : null,
        evaluation is null ? null : EvaluationJson.From(evaluation),
        [.. (evaluation?.Errors ?? []).Select(ErrorJson.From)], [.. (evaluation?.Suspects ?? []).Select(ErrorJson.From)])
        {
            Leaks = leaks is null ? null : [.. leaks.Select(leak => new LeakJson(
            leak.Note, [.. leak.Images.Select(row => new LeakedImageJson(row.ImagePath, row.Label, row.Split!))]))],
            LearningRates = learningRates is null ? null : LearningRateJson.Of(learningRates),
        };
}

/// <summary>Images that are the same or look the same.</summary>
internal sealed record LeakJson(string Note, IReadOnlyList<LeakedImageJson> Images);

/// <summary>One of them: of the split <c>train</c>, or <c>test</c> where it was scored.</summary>
internal sealed record LeakedImageJson(string File, string Label, string Split);

/// <summary>A search for a learning rate; what it suggests is null where the loss never falls.</summary>
internal sealed record LearningRateJson(double Valley, double Steepest, IReadOnlyList<LearningRatePoint> Points)
{
    internal static LearningRateJson Of(LearningRateCurve curve) => new(curve.Valley, curve.Steepest, curve.Points);
}

/// <summary>A training.</summary>
internal sealed record TrainingReportJson(
    int TrainingImages, int ValidationImages, int SkippedImages, int BestEpoch, double ValidationAccuracy, double ImagesPerSecond,
    IReadOnlyList<EpochResult> Epochs)
{
    /// <summary>The trials that it was chosen from; left out where there were none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AutoJson? Auto { get; init; }

    internal static TrainingReportJson From(TrainingSummary training) => new(
        training.TrainingImages, training.ValidationImages, training.Skipped.Count, training.BestEpoch, training.ValidationAccuracy,
        training.ImagesPerSecond, training.Epochs)
    {
        Auto = AutoJson.Of(training),
    };
}

/// <summary>The metrics of a model on labeled images.</summary>
internal sealed record EvaluationJson(
    long Images,
    int SkippedImages,
    double MicroAccuracy,
    double MacroAccuracy,
    double LogLoss,
    double BrierScore,
    double CalibrationError,
    IReadOnlyList<ClassMetrics> PerClass,
    IReadOnlyList<IReadOnlyList<long>> Confusion,
    IReadOnlyList<UnknownClass> UnknownClasses,
    double ImagesPerSecond,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Tta)
{
    /// <summary>How many images the model rejects; left out where it never does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RejectedImages { get; init; }

    /// <summary>The accuracy on the images that it does not reject; left out where it never does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? AcceptedAccuracy { get; init; }

    internal static EvaluationJson From(ModelEvaluation result) => new(
        result.Report.Images, result.Skipped.Count, result.Report.MicroAccuracy, result.Report.MacroAccuracy, result.Report.LogLoss,
        result.Report.Calibration.BrierScore, result.Report.Calibration.CalibrationError, result.Report.PerClass,
        result.Report.Confusion, result.Unknown, Math.Round(result.ImagesPerSecond, 2),
        result.Augmentation.Views > 1 ? result.Augmentation.ToString() : null)
    {
        RejectedImages = result.Rejection is null ? null : result.Rejected,
        AcceptedAccuracy = result.Rejection is null ? null : result.AcceptedAccuracy,
    };
}

/// <summary>An image that was classified wrongly.</summary>
internal sealed record ErrorJson(string File, string Label, string Predicted, float Probability)
{
    internal static ErrorJson From(EvaluatedImage image) =>
        new(image.Prediction.Name, image.Label, image.Prediction.Label!, image.Prediction.Probability);
}
