using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Cli.Train;

/// <summary>What a cross-validation came to: how right each fold's model is on the images that were held out from it.</summary>
/// <param name="Folds">The folds.</param>
/// <param name="ValAccuracy">After the last epoch, as the model in --out is made: it has nothing to choose an epoch by.</param>
/// <param name="BestValAccuracy">Of the best epoch of each fold, chosen by the same images: a little too good.</param>
internal sealed record CrossValidation(IReadOnlyList<FoldResult> Folds, MeanAndDeviation ValAccuracy, MeanAndDeviation BestValAccuracy)
{
    internal static CrossValidation Of(IReadOnlyList<FoldResult> folds) =>
        new(
            folds, MeanAndDeviation.Of(folds.Select(fold => fold.ValAccuracy)),
            MeanAndDeviation.Of(folds.Select(fold => fold.BestValAccuracy)));

    /// <summary>Trains once for each fold; no model is kept.</summary>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    /// <exception cref="InvalidOperationException">A training failed.</exception>
    internal static async Task<CrossValidation> RunAsync(TrainArguments arguments, CommandContext context, CancellationToken cancel)
    {
        var results = new List<FoldResult>();
        foreach (var fold in arguments.Folds)
        {
            context.Error.WriteLine($"fold {results.Count + 1} of {arguments.Folds.Count}: '{fold.Name}' held out");
            var of = arguments with { Images = fold.Images, CheckpointFolder = arguments.CheckpointOf($"fold{results.Count + 1}") };
            var result = await TrainingScreen.WatchAsync(
                context, progress => TrainRun.Run(of, progress, cancel, isSaved: false)).ConfigureAwait(false);
            var summary = result.Summary;
            cancel.ThrowIfCancellationRequested();
            if (summary.Failure is { } failure)
                throw new InvalidOperationException($"{failure} So ended fold '{fold.Name}'; there is no cross-validation and no model.");
            results.Add(new(
                fold.Name, summary.TrainingImages, summary.ValidationImages, summary.Epochs[^1].ValidationAccuracy, summary.BestEpoch,
                summary.ValidationAccuracy));
        }
        context.Error.WriteLine("all folds: training the model on all of them");
        return Of(results);
    }

    internal void Show(CommandContext context)
    {
        var table = TextTable.Of("fold", "trained on", "held out", "last epoch", "best epoch");
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

/// <summary>The mean of some numbers and their standard deviation, as of a sample.</summary>
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
