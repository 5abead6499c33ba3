using System.Diagnostics;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;
using MLTransfer.Training;
using Spectre.Console;

namespace MLTransfer.Cli.Train;

/// <summary>Trains and saves: the work of 'mlt train'.</summary>
internal static class TrainRun
{
    internal static TrainResult Run(
        TrainArguments arguments, IProgress<TrainingProgress> progress, CancellationToken cancel, bool isSaved = true)
    {
        var clock = Stopwatch.StartNew();
        Threads.Use(arguments.Options.LoaderThreads is > 0 and var threads ? threads : null);
        var ml = new MLContext(arguments.Seed);
        var images = ml.Data.LoadImages(arguments.Images.Training);
        var notes = new List<string>();
        var options = arguments.Options with
        {
            Noted = notes.Add,
            TensorBoardLost = notes.Add,
            CacheLost = CacheLost,
            ExampleWeightColumnName = arguments.Images.Training.HasWeights ? "Weight" : null,
            Validation = arguments.Images.Validation is { } validation ? ml.Data.LoadImages(validation) : null,
            Progress = progress,
            Cancellation = cancel,
        };
        if (options is AutoOptions auto)
            options = auto with { Test = arguments.Images.Test is { } test ? ml.Data.LoadImages(test) : null };
        var model = Fit(ml, options, images);
        using var classifier = SavedModel.ClassifierIn(model);
        if (isSaved)
            Save(arguments.Out!, stream => ml.Model.Save(model, images.Schema, stream));
        using var process = Process.GetCurrentProcess();
        var result = new TrainResult(arguments, classifier.Labels, classifier.Training!, clock.Elapsed.TotalSeconds)
        {
            // Each trial of a search may have the same.
            Notes = [.. notes.Distinct()],
            PeakMemory = process.PeakWorkingSet64,
        };
        if (isSaved)
            Report(result, classifier, cancel);
        return result;

        void CacheLost(string reason) => notes.Add(TrainView.WithoutCache(reason));
    }

    /// <summary>
    /// Saves the model; where its file cannot be written any more, in the folder for temporary files: it may be hours of work.
    /// </summary>
    private static void Save(OutputFile file, Action<Stream> save)
    {
        try
        {
            file.Write(save);
        }
        catch (IOException failure)
        {
            var rescued = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}-{Path.GetFileName(file.Path)}");
            try
            {
                AtomicFile.Write(rescued, save);
            }
            catch (IOException again)
            {
                throw new IOException($"{failure.Message} Nor could it be saved elsewhere: {again.Message}", failure);
            }
            throw new IOException($"{failure.Message} The model is saved in '{rescued}' instead.", failure);
        }
    }

    /// <summary>Searches for a learning rate: the work of 'mlt lr'.</summary>
    internal static LearningRateCurve FindLearningRate(
        TrainArguments arguments, IProgress<TrainingProgress> progress, Action<string> noted, CancellationToken cancel)
    {
        Threads.Use(arguments.Options.LoaderThreads is > 0 and var threads ? threads : null);
        var ml = new MLContext(arguments.Seed);
        var options = arguments.Options with
        {
            Noted = noted,
            CacheLost = reason => noted(TrainView.WithoutCache(reason)),
            ExampleWeightColumnName = arguments.Images.Training.HasWeights ? "Weight" : null,
            Progress = progress,
            Cancellation = cancel,
        };
        try
        {
            return TrainPipeline.FindLearningRate(ml, options, ml.Data.LoadImages(arguments.Images.Training));
        }
        catch (OptionException refusal)
        {
            throw TypedNames.Refusal(refusal);
        }
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

    // Only an option that the library refuses is a usage error; every other exception is a failure.
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
        catch (OptionException refusal)
        {
            throw TypedNames.Refusal(refusal);
        }
        // A checkpoint of another training names the settings that differ.
        catch (InvalidOperationException refusal) when (refusal.Message.StartsWith("The checkpoint", StringComparison.Ordinal))
        {
            throw new InvalidOperationException(TypedNames.In(refusal.Message), refusal);
        }
    }
}

/// <summary>The result of a training.</summary>
internal sealed record TrainResult(TrainArguments Arguments, IReadOnlyList<string> Labels, TrainingSummary Summary, double Seconds)
{
    /// <summary>Warnings that did not stop the training, a line each.</summary>
    internal IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The most bytes of memory that the process had in use at a time; 0 where the system does not tell.</summary>
    internal long PeakMemory { get; init; }

    internal string Model => Arguments.Out!.Path;

    /// <summary>
    /// The metric by which the epoch was chosen, and the model's value of it; null without validation images.
    /// </summary>
    internal (EpochMetric Metric, double Value)? ChosenBy => Summary is { ValidationImages: > 0, Chosen: { } chosen }
        ? (Summary.ChooseBy, EpochChoice.Value(chosen, Summary.ChooseBy)) : null;

    internal TrainJson ToJson() => new(
        Arguments.Mode, Arguments.Options.Backbone, Labels, Summary.TrainingImages, Summary.ValidationImages, Summary.Skipped.Count,
        Summary.Epochs.Count, Summary.BestEpoch, Summary.ValidationAccuracy,
        new TrainSeconds(Math.Round(Seconds, 3), Math.Round(Summary.FeatureSeconds, 3), Math.Round(Summary.TrainingSeconds, 3)),
        Math.Round(Summary.ImagesPerSecond, 2), Math.Round(Summary.LoaderWaitFraction, 4), Model,
        Summary.Cancelled ? true : null, Summary.Failure)
    {
        StoppedEarly = Summary.StoppedEarly ? true : null,
        BatchSize = Arguments.Options.BatchSize == 0 ? Summary.BatchSize : null,
        SoupEpochs = Summary.SoupEpochs is { Count: > 0 } averaged ? averaged : null,
        AveragedWeights = Summary.IsAverage ? true : null,
        Tta = Arguments.Options.TestTimeAugmentation is { Views: > 1 } several ? several.ToString() : null,
        Rejection = Summary.Rejection is { } rule ? StoredRejection.Of(rule) : null,
        Calibration = Summary.Calibration,
        Auto = AutoJson.Of(Summary),
        ChosenBy = ChosenBy is var (metric, value) ? new(EpochChoice.Names[(int)metric], value) : null,
    };
}

/// <summary>The ML.NET pipeline of a training: labels to keys, the trainer, keys back to labels.</summary>
internal static class TrainPipeline
{
    internal static IEstimator<ITransformer> Of(MLContext ml, ImageClassificationOptions options)
    {
        IEstimator<ITransformer> trainer =
            options is AutoOptions auto ? ml.MulticlassClassification.Trainers.AutoTraining(auto) : Trainer(ml, options);
        return Keys(ml).Append(trainer).Append(ml.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
    }

    internal static LearningRateCurve FindLearningRate(MLContext ml, ImageClassificationOptions options, IDataView images) =>
        Trainer(ml, options).FindLearningRate(Keys(ml).Fit(images).Transform(images));

    private static ImageClassificationEstimator Trainer(MLContext ml, ImageClassificationOptions options)
    {
        var trainers = ml.MulticlassClassification.Trainers;
        return options is FineTuningOptions fineTuning
            ? trainers.FineTuning(fineTuning)
            : trainers.FeatureExtraction((FeatureExtractionOptions)options);
    }

    /// <summary>Wraps the classifier that a failed training left in the pipeline's model.</summary>
    internal static ITransformer Around(MLContext ml, ImageClassificationTransformer classifier, IDataView images)
    {
        var keys = Keys(ml).Fit(images);
        var labels = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(classifier.Transform(keys.Transform(images)));
        return new TransformerChain<ITransformer>(keys, classifier, labels);
    }

    // Sorted by value: the order of the classes must not depend on the order of the images.
    private static ValueToKeyMappingEstimator Keys(MLContext ml) =>
        ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
}

/// <summary>The page of 'mlt train --report'.</summary>
internal static class TrainReport
{
    internal const string FileName = "report.html";

    /// <summary>Writes the page if --report was given.</summary>
    internal static void Write(TrainResult result, ImageClassificationTransformer classifier, CancellationToken cancel)
    {
        if (result.Arguments.Report is not { } file)
            return;
        var options = new ModelReportOptions
        {
            Title = TitleOf(result),
            Cancellation = cancel,
            Settings =
            [
                .. Settings(result).Append(("Seed", $"{result.Arguments.Seed}"))
                    .Append(("Model", result.Model)).Select(each => KeyValuePair.Create(each.Item1, each.Item2)),
            ],
        };
        var (images, isSearch) = (result.Arguments.Images, result.Arguments.Options is AutoOptions);
        // The tables agree with the accuracies of the training, which are of the plain view.
        if (!isSearch)
            classifier.TestTimeAugmentation = TestTimeAugmentation.None;
        try
        {
            classifier.Report(file.Path, isSearch ? images.Test : images.Validation, options);
        }
        // After an interruption the validation images are not scored again; the rest of the page is still useful.
        catch (OperationCanceledException)
        {
            var page = ModelReport.Page(classifier, evaluation: null, leaks: null, options with { Cancellation = default });
            file.Write(stream => stream.Write(Encoding.UTF8.GetBytes(page.Source)));
        }
    }

    // What the trials of a search chose themselves is on the page with them; the batch size is the one that was found.
    private static IEnumerable<(string Name, string Value)> Settings(TrainResult result) =>
        TrainingOption.Values(result.Arguments.Options with { BatchSize = result.Summary.BatchSize }).Where(
            each => result.Arguments.Options is not AutoOptions || !AutoOptions.ChosenByTrials.Contains(each.Name));

    private static string TitleOf(TrainResult result)
    {
        var (accuracy, tested) = (result.Summary.ValidationAccuracy, result.Summary.TestAccuracy);
        var outcome = double.IsFinite(tested) ? $"{Figures.Percent(tested)} accuracy"
            : double.IsFinite(accuracy) ? $"{Figures.Percent(accuracy)} validation accuracy" : "not validated";
        return $"{result.Arguments.Options.Backbone}, {result.Arguments.Mode}: {outcome}";
    }
}

/// <summary>The result of a cross-validation: the accuracy of each fold's model on its held-out images.</summary>
/// <param name="Folds">The folds.</param>
/// <param name="ValAccuracy">Accuracy after the last epoch, which is also how the model in --out is trained: without images to choose an
/// epoch by.</param>
/// <param name="BestValAccuracy">Accuracy of each fold's best epoch, chosen by the same images and so slightly optimistic.</param>
internal sealed record CrossValidation(IReadOnlyList<FoldResult> Folds, MeanAndDeviation ValAccuracy, MeanAndDeviation BestValAccuracy)
{
    internal static CrossValidation Of(IReadOnlyList<FoldResult> folds) =>
        new(
            folds, MeanAndDeviation.Of(folds.Select(fold => fold.ValAccuracy)),
            MeanAndDeviation.Of(folds.Select(fold => fold.BestValAccuracy)));

    /// <summary>Trains once for each fold; no model is kept.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    /// <exception cref="InvalidOperationException">A training failed.</exception>
    internal static CrossValidation Run(TrainArguments arguments, CommandContext context, CancellationToken cancel)
    {
        var results = new List<FoldResult>();
        foreach (var fold in arguments.Folds)
        {
            context.Words.WriteLine($"fold {results.Count + 1} of {arguments.Folds.Count}: '{fold.Name}' held out");
            var of = arguments.WithFoldersOf($"fold{results.Count + 1}") with { Images = fold.Images };
            var result = new TrainingScreen(context).Watch(progress => TrainRun.Run(of, progress, cancel, isSaved: false));
            var summary = result.Summary;
            cancel.ThrowIfCancellationRequested();
            if (summary.Failure is { } failure)
            {
                throw new InvalidOperationException(
                    $"Fold '{fold.Name}' failed: {failure} There is no cross-validation result and no model.");
            }
            results.Add(new(
                fold.Name, summary.TrainingImages, summary.ValidationImages, summary.Epochs[^1].ValidationAccuracy, summary.BestEpoch,
                summary.ValidationAccuracy));
        }
        context.Words.WriteLine("all folds: training the model on all of them");
        return Of(results);
    }

    internal void Show(CommandContext context)
    {
        var table = TextTable.Create("fold", "trained on", "held out", "last epoch", "best epoch");
        foreach (var fold in Folds)
        {
            table.Row(
                fold.Fold, Figures.Count(fold.TrainImages), Figures.Count(fold.ValImages), Figures.Percent(fold.ValAccuracy),
                $"{Figures.Percent(fold.BestValAccuracy)} ({fold.BestEpoch})");
        }
        Screens.ForResults(context).Write(table);
        context.Output.WriteLine(
            $"Cross-validation: {ValAccuracy.Shown} of the held-out images right after the last epoch " +
            $"(mean ± standard deviation over {Folds.Count} folds), {BestValAccuracy.Shown} after the best.");
        context.Output.WriteLine("The model is trained on all folds, for as many epochs:");
    }
}

/// <summary>One fold of a cross-validation.</summary>
internal sealed record FoldResult(string Fold, int TrainImages, int ValImages, double ValAccuracy, int BestEpoch, double BestValAccuracy);

/// <summary>The mean of some numbers and their sample standard deviation.</summary>
internal sealed record MeanAndDeviation(double Mean, double Deviation)
{
    internal string Shown => $"{Figures.Percent(Mean)} ± {Figures.Percent(Deviation)}";

    internal static MeanAndDeviation Of(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        var mean = all.Average();
        return new(mean, Math.Sqrt(all.Sum(number => (number - mean) * (number - mean)) / (all.Length - 1)));
    }
}
