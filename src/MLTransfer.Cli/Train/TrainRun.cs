using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Estimators;

namespace MLTransfer.Cli.Train;

/// <summary>Trains and saves: the work of 'mlt train'.</summary>
internal static class TrainRun
{
    internal static TrainResult Run(
        TrainArguments arguments, IProgress<TrainingProgress> progress, CancellationToken cancel, bool isSaved = true)
    {
        var clock = Stopwatch.StartNew();
        Threads.Use(arguments.Threads);
        var ml = new MLContext(arguments.Seed);
        var images = ml.Data.LoadImages(arguments.Images.Training);
        var notes = new List<string>();
        var options = TrainPipeline.OptionsOf(arguments, reason => notes.Add(TrainView.WithoutCache(reason))) with
        {
            WeightsFound = notes.Add,
            Validation = arguments.Images.Validation is { } validation ? ml.Data.LoadImages(validation) : null,
            Progress = progress,
            Cancellation = cancel,
        };
        var model = Fit(ml, options, images);
        using var classifier = SavedModel.ClassifierIn(model);
        if (isSaved)
            arguments.Out.Write(stream => ml.Model.Save(model, images.Schema, stream));
        var result = new TrainResult(arguments, classifier.Labels, classifier.Training!, clock.Elapsed.TotalSeconds) { Notes = notes };
        if (isSaved)
            Report(result, classifier, cancel);
        return result;
    }

    private static void Report(TrainResult result, ImageClassificationTransformer classifier, CancellationToken cancel)
    {
        try
        {
            TrainReport.Write(result, classifier, cancel);
        }
        catch (IOException failure)
        {
            throw new IOException($"{failure.Message} The model is saved in '{result.Model}'.", failure);
        }
    }

    // The library checks what reaches it before it works; what it refuses was asked wrongly.
    private static ITransformer Fit(MLContext ml, ImageClassificationOptions options, IDataView images)
    {
        try
        {
            return TrainPipeline.Of(ml, options).Fit(images);
        }
        // The model of the finished epochs is saved; its summary says what failed.
        catch (TrainingFailedException failure)
        {
            return TrainPipeline.Around(ml, failure.Model, images);
        }
        catch (ArgumentException refusal)
        {
            throw new UsageException(TypedNames.In(UsageError.Sentence(refusal)), refusal);
        }
        // A checkpoint of another training names the settings that differ.
        catch (InvalidOperationException refusal) when (refusal.Message.StartsWith("The checkpoint", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(TypedNames.In(refusal.Message), refusal);
        }
    }
}
