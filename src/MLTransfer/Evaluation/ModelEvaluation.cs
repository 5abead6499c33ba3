using System.Diagnostics;
using MLTransfer.Data;
using MLTransfer.Files;

namespace MLTransfer.Evaluation;

/// <summary>
/// What a model made of labelled images. Its own classes count, in its own order: the data set may have fewer, or list them otherwise.
/// </summary>
/// <param name="Report">Accuracies, classes and confusions of all images that could be read and are of a class that the model
/// knows.</param>
/// <param name="Skipped">Images that could not be read, with the reason.</param>
/// <param name="Unknown">Classes of the data set that the model does not know, with the number of their images; these are not
/// scored.</param>
/// <param name="Seconds">How long it took to read and score the images.</param>
public sealed record ModelEvaluation(
    ClassificationReport Report, IReadOnlyList<ImagePrediction> Skipped, IReadOnlyList<UnknownClass> Unknown, double Seconds)
{
    /// <summary>How many images were read and scored in a second.</summary>
    public double ImagesPerSecond => Report.Images / Seconds;

    /// <summary>Scores a data set.</summary>
    /// <param name="model">The model.</param>
    /// <param name="dataset">The images, opened with <see cref="ImageDatasetOptions.IsTestSet"/> where it lacks classes.</param>
    /// <param name="cancel">Stops behind the running batch.</param>
    /// <exception cref="ArgumentException">The model knows none of its classes.</exception>
    /// <exception cref="OperationCanceledException">The token asked to stop.</exception>
    public static ModelEvaluation Of(ImageClassificationTransformer model, ImageDataset dataset, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(dataset);
        // Models and data sets of other systems may spell one name in two forms of Unicode.
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        for (int index = 0; index < model.Labels.Count; index++)
            known.TryAdd(Spelling.Composed(model.Labels[index]), index);
        var rows = dataset.Rows.ToLookup(row => known.ContainsKey(Spelling.Composed(row.Label)));
        var counts = rows[false].CountBy(row => row.Label).OrderBy(pair => pair.Key, StringComparer.Ordinal);
        UnknownClass[] unknown = [.. counts.Select(pair => new UnknownClass(pair.Key, pair.Value))];
        if (!rows[true].Any())
        {
            throw new ArgumentException(
                $"the model knows none of the classes of '{dataset.Path}': {string.Join(", ", unknown.Select(found => found.Label))}. "
                + $"Classes of the model: {string.Join(", ", model.Labels)}.", nameof(dataset));
        }
        long start = Stopwatch.GetTimestamp();
        ImagePrediction[] predictions = [.. model.Predict(rows[true].Select(row => row.ImagePath), cancel)];
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var scored =
            from pair in predictions.Zip(rows[true])
            where pair.First.Error is null
            select (known[Spelling.Composed(pair.Second.Label)], pair.First.Probabilities);
        ImagePrediction[] skipped = [.. predictions.Where(prediction => prediction.Error is not null)];
        return new(ClassificationReport.Of(model.Labels, scored), skipped, unknown, seconds);
    }
}

/// <summary>A class of a data set that a model does not know.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Images">How many images of it there are.</param>
public sealed record UnknownClass(string Label, int Images);
