using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;
using MLTransfer.Evaluation;

namespace MLTransfer.Cli.Evaluate;

/// <summary>Scores labelled images: the work of 'mlt evaluate'.</summary>
internal static class EvaluateRun
{
    internal static ModelEvaluation Run(string model, ImageDataset data, long maximumPixels, int? threads, CancellationToken cancel)
    {
        Threads.Use(threads);
        using var classifier = ModelFile.Open(model);
        classifier.MaximumPixels = maximumPixels;
        var result = Score(classifier, data, cancel);
        if (result.Report.Images == 0)
            throw new InvalidDataException(
                $"No image in '{data.Path}' can be read; the first: {result.Skipped[0].Name}: {result.Skipped[0].Error}");
        return result;
    }

    private static ModelEvaluation Score(ImageClassificationTransformer classifier, ImageDataset data, CancellationToken cancel)
    {
        try
        {
            return ModelEvaluation.Of(classifier, data, cancel);
        }
        catch (ArgumentException unknown)
        {
            throw UsageError.For("--data", unknown);
        }
    }
}
