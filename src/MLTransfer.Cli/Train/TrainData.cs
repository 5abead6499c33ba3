using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Train;

/// <summary>The pictures of a training.</summary>
/// <param name="Training">What is trained on.</param>
/// <param name="Validation">What the best epoch is chosen by; null where a share of <paramref name="Training"/> is held back for that, or nothing.</param>
/// <param name="ValidationSplit">The split of the data set that <paramref name="Validation"/> is; null where it is another data set.</param>
internal sealed record TrainData(ImageDataset Training, ImageDataset? Validation, string? ValidationSplit)
{
    /// <summary>Opens --data and --val.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="validation">Another one to validate on; null where there is none.</param>
    /// <param name="ownSplit">Whether the data set's own validation split is used where it has one.</param>
    /// <param name="options">How both are read.</param>
    /// <exception cref="UsageException">They do not fit each other.</exception>
    internal static TrainData Open(string data, string? validation, bool ownSplit, ImageDatasetOptions options)
    {
        var dataset = ImageDataset.Open(data, options);
        var training = TrainingPart(dataset);
        if (validation is not null)
        {
            var other = ImageDataset.Open(validation, options with { IsTestSet = true });
            var held = other.Splits.Contains(SplitNames.Validation) ? other.Part(SplitNames.Validation) : other;
            RequireKnownClasses(training, held);
            return new TrainData(training, held, ValidationSplit: null);
        }
        return ownSplit && training != dataset && dataset.Splits.Contains(SplitNames.Validation)
            ? new TrainData(training, dataset.Part(SplitNames.Validation), SplitNames.Validation)
            : new TrainData(training, Validation: null, ValidationSplit: null);
    }

    /// <summary>What is odd about them, and which splits are used: sentences.</summary>
    internal IEnumerable<string> Notes()
    {
        foreach (var warning in Training.Warnings.Concat(Validation?.Warnings ?? []).Distinct())
            yield return warning;
        if (ValidationSplit is not null)
            yield return $"training on the split '{SplitNames.Train}' of '{Training.Path}', validating on its split '{ValidationSplit}'";
    }

    // A data set may consist of tests only, as the digits of MNIST do where just those were downloaded; then it is taken as a whole.
    private static ImageDataset TrainingPart(ImageDataset dataset) => dataset.Splits switch
    {
        [] or [_] => dataset,
        var splits when splits.Contains(SplitNames.Train) => dataset.Part(SplitNames.Train),
        var splits => throw new UsageException($"--data is '{dataset.Path}', which has the splits {string.Join(", ", splits)}, but none called '{SplitNames.Train}'."),
    };

    private static void RequireKnownClasses(ImageDataset training, ImageDataset validation)
    {
        string[] known = ClassesOf(training), unknown = [.. ClassesOf(validation).Except(known)];
        if (unknown.Length > 0)
            throw new UsageException($"--val has classes that --data has not: {string.Join(", ", unknown)}. Classes of --data: {string.Join(", ", known)}.");
    }

    private static string[] ClassesOf(ImageDataset dataset) => [.. dataset.Rows.Select(row => row.Label).Distinct()];
}
