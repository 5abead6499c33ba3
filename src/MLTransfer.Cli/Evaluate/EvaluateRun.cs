using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>Scores labelled pictures: the work of 'mlt evaluate'.</summary>
internal static class EvaluateRun
{
    internal static EvaluateResult Run(string model, ImageDataset data, long maximumPixels, int? threads, CancellationToken cancel)
    {
        Threads.Use(threads);
        using var classifier = ModelFile.Open(model);
        classifier.MaximumPixels = maximumPixels;
        var result = Score(classifier, model, data, cancel);
        if (result.Report.Pictures == 0)
            throw new InvalidDataException($"No picture in '{data.Path}' can be read; the first: {result.Skipped[0].Name}: {result.Skipped[0].Error}");
        return result;
    }

    internal static EvaluateResult Score(ImageClassificationTransformer classifier, string model, ImageDataset data, CancellationToken cancel)
    {
        var classes = ClassesOf(data, classifier.Labels, model);
        var clock = Stopwatch.StartNew();
        var predictions = classifier.Predict(data.Rows.Select(row => row.ImagePath), cancel).ToArray();
        var seconds = clock.Elapsed.TotalSeconds;
        var scored =
            from pair in predictions.Zip(classes)
            where pair.First.Error is null
            select (pair.Second, pair.First.Probabilities);
        var skipped = predictions.Where(prediction => prediction.Error is not null).ToArray();
        return new EvaluateResult(ClassificationReport.Of(classifier.Labels, scored), skipped, seconds);
    }

    private static IEnumerable<int> ClassesOf(ImageDataset data, IReadOnlyList<string> labels, string model)
    {
        var indices = labels.Select((label, index) => (label, index)).ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
        var unknown = data.Rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Where(label => !indices.ContainsKey(label)).ToArray();
        if (unknown.Length > 0)
        {
            throw new UsageException(
                $"'{data.Path}' has classes that '{model}' does not know: {string.Join(", ", unknown)}. Classes of the model: {string.Join(", ", labels)}.");
        }
        return data.Rows.Select(row => indices[row.Label]);
    }
}
