using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Train;

/// <summary>One fold of a cross-validation.</summary>
/// <param name="Name">The split that is held out.</param>
/// <param name="Images">What is trained on, and what is held out.</param>
internal sealed record TrainFold(string Name, TrainData Images)
{
    /// <summary>The folds of a data set: its own ones, or as many as are asked for.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="count">How many; 0: the data set's own.</param>
    /// <param name="splits">The splits to take; empty: all but test.</param>
    /// <param name="seed">Decides which images are in which fold, where the data set has none.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="UsageException">There are no such folds.</exception>
    internal static (TrainData Whole, IReadOnlyList<TrainFold> Folds) Open(
        string data, int count, IReadOnlyList<string> splits, int seed, ImageDatasetOptions options)
    {
        var dataset = ImageDataset.Open(data, options);
        var chosen = splits.Count > 0 ? TrainSplits.Chosen(dataset, splits) : dataset;
        string[] own = [.. chosen.Splits.Where(split => !SplitNames.IsUsual(split))];
        var whole = own.Length > 1 ? chosen.Parts(own) : splits.Count > 0 || chosen.Splits.Count < 2 ? chosen
            : chosen.Parts([.. chosen.Splits.Where(split => split != SplitNames.Test)]);
        if (own.Length > 1 && count != 0 && count != own.Length)
        {
            throw new UsageException(
                $"--folds is {count}, and '{data}' has {own.Length} folds of its own: {string.Join(", ", own)}. Leave the number out.");
        }
        if (own.Length < 2 && count == 0)
            throw new UsageException($"--folds: '{data}' has no folds of its own; say how many to divide it into, such as --folds 5.");
        var folded = own.Length > 1 ? whole : Divided(whole, count, seed);
        string[] unused = [.. dataset.Splits.Except(whole.Splits)];
        var all = new TrainData(whole, Validation: null, ValidationSplit: null) { Unused = unused };
        return (all, [.. folded.Splits.OrderBy(Number).Select(Of)]);

        TrainFold Of(string name)
        {
            var (training, held) = (folded.Parts([.. folded.Splits.Where(split => split != name)]), folded.Part(name));
            TrainData.RequireKnownClasses(training, held, $"--folds: the fold '{name}' has all images of some classes. It");
            return new(name, new TrainData(training, held, name));
        }
    }

    // fold10 comes after fold9.
    private static int Number(string split) => int.TryParse(string.Concat(split.Where(char.IsAsciiDigit)), out var number) ? number : 0;

    private static ImageDataset Divided(ImageDataset dataset, int count, int seed)
    {
        try
        {
            return dataset.Folded(count, seed);
        }
        catch (ArgumentException refusal)
        {
            throw UsageError.For("--folds", refusal);
        }
    }
}
