using System.Diagnostics;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;

namespace MLTransfer.Cli.Train;

/// <summary>Trains and saves: the work of 'mlt train'.</summary>
internal static class TrainRun
{
    internal static TrainResult Run(TrainArguments arguments, IProgress<TrainingProgress> progress, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        Threads.Use(arguments.Threads);
        var ml = new MLContext(arguments.Seed);
        var pictures = ml.Data.LoadImages(arguments.Pictures.Training);
        var notes = new List<string>();
        var options = TrainPipeline.OptionsOf(arguments, reason => notes.Add(TrainView.WithoutCache(reason))) with
        {
            Validation = arguments.Pictures.Validation is { } validation ? ml.Data.LoadImages(validation) : null,
            Progress = progress,
            Cancellation = cancel,
        };
        var model = Fit(TrainPipeline.Of(ml, options), pictures);
        var classifier = Classifier.In(model);
        arguments.Out.Write(stream => ml.Model.Save(model, pictures.Schema, stream));
        var result = new TrainResult(arguments, classifier.Labels, classifier.Training!, clock.Elapsed.TotalSeconds) { Notes = notes };
        TrainReport.Write(result, classifier, cancel);
        return result;
    }

    // The library checks what reaches it before it works; what it refuses was asked wrongly.
    private static ITransformer Fit(IEstimator<ITransformer> pipeline, IDataView pictures)
    {
        try
        {
            return pipeline.Fit(pictures);
        }
        catch (ArgumentException refusal)
        {
            throw new UsageException(TypedNames.In(Asked.Sentence(refusal)), refusal);
        }
        // A checkpoint of another training names the settings that differ.
        catch (InvalidOperationException refusal) when (refusal.Message.StartsWith("The checkpoint", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(TypedNames.In(refusal.Message), refusal);
        }
    }
}
