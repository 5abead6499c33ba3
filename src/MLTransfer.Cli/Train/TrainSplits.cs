using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Train;

/// <summary>Which splits of --data are used.</summary>
/// <param name="Training">Those to train on; empty: the usual one.</param>
/// <param name="Validation">The one to validate on; null: the usual one.</param>
/// <param name="OwnValidation">Whether the data set's own split for validation is used where it has one.</param>
internal sealed record TrainSplits(IReadOnlyList<string> Training, string? Validation, bool OwnValidation)
{
    /// <exception cref="UsageException">There is no such split, or none to train on.</exception>
    internal ImageDataset TrainingPart(ImageDataset dataset)
    {
        if (Training.Count > 0)
            return Chosen(dataset, Training);
        if (Validation is not null && !dataset.Splits.Contains(SplitNames.Train))
            return dataset.Parts([.. dataset.Splits.Where(split => split != SplitNames.Of(Validation) && split != SplitNames.Test)]);
        return dataset.Splits switch
        {
            // A data set may consist of tests only, as MNIST does where just those were downloaded; then it is taken as a whole.
            [] or [_] => dataset,
            var splits when splits.Contains(SplitNames.Train) => dataset.Part(SplitNames.Train),
            var splits => throw new UsageException(
                $"--data is '{dataset.Path}', which has the splits {string.Join(", ", splits)}, but none called '{SplitNames.Train}'. " +
                "Say which to train on with --split, which to validate on with --val-split, or cross-validate with --folds."),
        };
    }

    /// <summary>The split to validate on; null where there is none.</summary>
    /// <exception cref="UsageException">There is no such split, or it is trained on.</exception>
    internal string? ValidationPart(ImageDataset dataset, ImageDataset training)
    {
        if (Validation is null)
        {
            var has = training != dataset && dataset.Splits.Except(training.Splits).Contains(SplitNames.Validation);
            return OwnValidation && has ? SplitNames.Validation : null;
        }
        var name = SplitNames.Of(Validation);
        if (!dataset.Splits.Contains(name))
            throw new UsageException($"--val-split: '{dataset.Path}' has no split '{Validation}'. {Known(dataset)}");
        if (training.Splits.Contains(name))
        {
            throw new UsageException(
                $"--val-split is '{Validation}', which is trained on, too; name another one, or leave it out of --split.");
        }
        return name;
    }

    /// <summary>Some splits of a data set.</summary>
    /// <exception cref="UsageException">There is no such split.</exception>
    internal static ImageDataset Chosen(ImageDataset dataset, IReadOnlyList<string> splits)
    {
        try
        {
            return dataset.Parts(splits);
        }
        catch (ArgumentException unknown)
        {
            throw UsageError.For("--split", unknown);
        }
    }

    private static string Known(ImageDataset dataset) =>
        dataset.Splits.Count == 0 ? "It has no splits at all." : $"Its splits are {string.Join(", ", dataset.Splits)}.";
}
