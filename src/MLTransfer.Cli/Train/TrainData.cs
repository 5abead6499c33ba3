using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Train;

/// <summary>The images of a training.</summary>
/// <param name="Training">What is trained on.</param>
/// <param name="Validation">What the best epoch is chosen by; null where a share of <paramref name="Training"/> is held back for that, or
/// nothing.</param>
/// <param name="ValidationSplit">The split of the data set that <paramref name="Validation"/> is; null where it is another data
/// set.</param>
internal sealed record TrainData(ImageDataset Training, ImageDataset? Validation, string? ValidationSplit)
{
    /// <summary>The splits of --data that are not used.</summary>
    internal IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>The splits of --val that are not used.</summary>
    internal IReadOnlyList<string> UnusedToValidate { get; init; } = [];

    /// <summary>Opens --data and --val.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="validation">Another one to validate on; null where there is none.</param>
    /// <param name="splits">Which splits of the data set are used.</param>
    /// <param name="options">How both are read.</param>
    /// <exception cref="UsageException">They do not fit each other.</exception>
    internal static TrainData Open(string data, string? validation, TrainSplits splits, ImageDatasetOptions options)
    {
        var dataset = ImageDataset.Open(data, options);
        var training = splits.TrainingPart(dataset);
        if (validation is not null)
        {
            var other = ImageDataset.Open(validation, options with { IsTestSet = true });
            var held = other.Splits.Contains(SplitNames.Validation) ? other.Part(SplitNames.Validation) : other;
            RequireKnownClasses(training, held, "--val");
            return new TrainData(training, held, ValidationSplit: null)
            {
                Unused = Unused(split: null), UnusedToValidate = [.. other.Splits.Except(held.Splits)],
            };
        }
        var split = splits.ValidationPart(dataset, training);
        string[] unused = Unused(split);
        if (split is null)
            return new TrainData(training, Validation: null, ValidationSplit: null) { Unused = unused };
        var part = dataset.Part(split);
        RequireKnownClasses(training, part, $"The split '{split}'");
        return new TrainData(training, part, split) { Unused = unused };

        string[] Unused(string? split) =>
            training == dataset ? [] : [.. dataset.Splits.Except(training.Splits).Where(name => name != split)];
    }

    /// <summary>What is odd about them, and which splits are used: sentences.</summary>
    internal IEnumerable<string> Notes()
    {
        foreach (var warning in Training.Warnings.Concat(Validation?.Warnings ?? []).Distinct())
            yield return warning;
        string[] trained = [.. Training.Splits.Select(split => $"'{split}'")];
        var training = $"training on the split{(trained.Length == 1 ? "" : "s")} {string.Join(", ", trained)} of '{Training.Path}'";
        if (ValidationSplit is not null)
            yield return $"{training}, validating on its split '{ValidationSplit}'{Left(Unused)}";
        else if (Unused.Count > 0)
            yield return $"{training}{Left(Unused)}";
        if (UnusedToValidate.Count > 0)
            yield return $"validating on the split '{SplitNames.Validation}' of '{Validation!.Path}'{Left(UnusedToValidate)}";

        static string Left(IReadOnlyList<string> unused) => unused.Count == 0 ? "" : $"; not used: {string.Join(", ", unused)}";
    }

    /// <exception cref="UsageException">Images to validate on are of classes that are not trained on.</exception>
    internal static void RequireKnownClasses(ImageDataset training, ImageDataset validation, string what)
    {
        string[] known = ClassesOf(training), unknown = [.. ClassesOf(validation).Except(known)];
        if (unknown.Length > 0)
        {
            throw new UsageException(
                $"{what} has classes that --data has not: {string.Join(", ", unknown)}. Classes of --data: {string.Join(", ", known)}.");
        }
    }

    private static string[] ClassesOf(ImageDataset dataset) => [.. dataset.Rows.Select(row => row.Label).Distinct()];
}
