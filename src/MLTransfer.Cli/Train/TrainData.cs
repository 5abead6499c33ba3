using MLTransfer.Cli.CommandLine;
using MLTransfer.Data;

namespace MLTransfer.Cli.Train;

/// <summary>The images of a training.</summary>
/// <param name="Training">The images to train on.</param>
/// <param name="Validation">The images to choose the best epoch by; null: a fraction of <paramref name="Training"/> is held back, or there
/// is no validation.</param>
/// <param name="ValidationSplit">The split of --data that <paramref name="Validation"/> is; null where it is another data set.</param>
internal sealed record TrainData(ImageDataset Training, ImageDataset? Validation, string? ValidationSplit)
{
    /// <summary>The splits of --data that are not used.</summary>
    internal IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>The splits of --val that are not used.</summary>
    internal IReadOnlyList<string> UnusedToValidate { get; init; } = [];

    /// <summary>The images that measure the model in the end; null where there are none of their own.</summary>
    internal ImageDataset? Test { get; init; }

    /// <summary>Opens the data sets of --data and --val, and of --test where a test is wanted.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="validation">The data set of --val; null if not given.</param>
    /// <param name="splits">Which splits of the data set are used.</param>
    /// <param name="options">How to read both.</param>
    /// <exception cref="UsageException">They do not fit each other.</exception>
    internal static TrainData Open(string data, string? validation, TrainSplits splits, ImageDatasetOptions options)
    {
        var dataset = ImageDataset.Open(data, options);
        var opened = Open(dataset, validation, splits, options);
        if (!splits.Tests)
            return opened;
        var test = splits.Test is { } path ? ImageDataset.Open(path, options with { IsTestSet = true }) : dataset;
        var (isOther, hasSplit) = (splits.Test is not null, test.Splits.Contains(SplitNames.Test));
        if (isOther ? !hasSplit : !opened.Unused.Contains(SplitNames.Test))
            return isOther ? WithTest(test) : opened;
        return WithTest(test.Part(SplitNames.Test));

        TrainData WithTest(ImageDataset images)
        {
            RequireKnownClasses(opened.Training, images, isOther ? "--test" : $"The split '{SplitNames.Test}'");
            return opened with { Test = images, Unused = isOther ? opened.Unused : [.. opened.Unused.Except(images.Splits)] };
        }
    }

    private static TrainData Open(ImageDataset dataset, string? validation, TrainSplits splits, ImageDatasetOptions options)
    {
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

    /// <summary>Warnings about the images, and which splits are used: one sentence each.</summary>
    internal IEnumerable<string> Notes()
    {
        foreach (var warning in Training.Warnings.Concat(Validation?.Warnings ?? []).Concat(Test?.Warnings ?? []).Distinct())
            yield return warning;
        string[] trained = [.. Training.Splits.Select(split => $"'{split}'")];
        var training = $"training on the split{(trained.Length == 1 ? "" : "s")} {string.Join(", ", trained)} of '{Training.Path}'";
        if (ValidationSplit is not null)
            yield return $"{training}, validating on its split '{ValidationSplit}'{Left(Unused)}";
        else if (Unused.Count > 0)
            yield return $"{training}{Left(Unused)}";
        if (Test is { Splits: [SplitNames.Test] })
            yield return $"measuring the model on the split '{SplitNames.Test}' of '{Test.Path}'";
        if (UnusedToValidate.Count > 0)
            yield return $"validating on the split '{SplitNames.Validation}' of '{Validation!.Path}'{Left(UnusedToValidate)}";

        static string Left(IReadOnlyList<string> unused) => unused.Count == 0 ? "" : $"; not used: {string.Join(", ", unused)}";
    }

    /// <exception cref="UsageException">Validation images have classes that the training images lack.</exception>
    private static void RequireKnownClasses(ImageDataset training, ImageDataset validation, string what)
    {
        string[] unknown = UnknownClasses(training, validation);
        if (unknown.Length > 0)
        {
            throw new UsageException(
                $"{what} has classes that --data has not: {string.Join(", ", unknown)}. "
                + $"Classes of --data: {string.Join(", ", ClassesOf(training))}.");
        }
    }

    /// <summary>The classes of validation images that the training images lack.</summary>
    internal static string[] UnknownClasses(ImageDataset training, ImageDataset validation) =>
        [.. ClassesOf(validation).Except(ClassesOf(training))];

    private static string[] ClassesOf(ImageDataset dataset) => [.. dataset.Rows.Select(row => row.Label).Distinct()];
}

/// <summary>Which splits of --data are used.</summary>
/// <param name="Training">The splits to train on; empty: the default one.</param>
/// <param name="Validation">The split to validate on; null: the default one.</param>
/// <param name="OwnValidation">Whether the data set's own split for validation is used where it has one.</param>
internal sealed record TrainSplits(IReadOnlyList<string> Training, string? Validation, bool OwnValidation)
{
    /// <summary>Whether images are wanted that measure the model in the end.</summary>
    internal bool Tests { get; init; }

    /// <summary>The data set with them; null: the split test of --data.</summary>
    internal string? Test { get; init; }

    /// <exception cref="UsageException">There is no such split, or none to train on.</exception>
    internal ImageDataset TrainingPart(ImageDataset dataset)
    {
        if (Training.Count > 0)
            return Chosen(dataset, Training);
        if (Validation is not null && !dataset.Splits.Contains(SplitNames.Train))
            return dataset.Parts([.. dataset.Splits.Where(split => split != SplitNames.Normalize(Validation) && split != SplitNames.Test)]);
        return dataset.Splits switch
        {
            // A data set may have only a test split, such as a partial download of MNIST; then all of it is used.
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
        var name = SplitNames.Normalize(Validation);
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
    internal static ImageDataset Chosen(ImageDataset dataset, IReadOnlyList<string> splits) =>
        UsageError.Translate("--split", () => dataset.Parts(splits));

    private static string Known(ImageDataset dataset) =>
        dataset.Splits.Count == 0 ? "It has no splits at all." : $"Its splits are {string.Join(", ", dataset.Splits)}.";
}

/// <summary>One fold of a cross-validation.</summary>
/// <param name="Name">The held-out split.</param>
/// <param name="Images">The images to train on, and the held-out ones.</param>
internal sealed record TrainFold(string Name, TrainData Images)
{
    /// <summary>The folds of a data set: its own splits, or the given number of random ones.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="count">The number of folds; 0: the data set's own.</param>
    /// <param name="splits">The splits to take; empty: all but test.</param>
    /// <param name="seed">Seeds the random division, where the data set has no folds.</param>
    /// <param name="options">How it is read.</param>
    /// <exception cref="UsageException">There are no such folds.</exception>
    internal static (TrainData Whole, IReadOnlyList<TrainFold> Folds) Open(
        string data, int count, IReadOnlyList<string> splits, int seed, ImageDatasetOptions options)
    {
        var dataset = ImageDataset.Open(data, options);
        var chosen = splits.Count > 0 ? TrainSplits.Chosen(dataset, splits) : dataset;
        string[] own = [.. chosen.Splits.Where(split => !SplitNames.IsKnown(split))];
        var whole = own.Length > 1 ? chosen.Parts(own) : splits.Count > 0 || chosen.Splits.Count < 2 ? chosen
            : chosen.Parts([.. chosen.Splits.Where(split => split != SplitNames.Test)]);
        if (own.Length > 1 && count != 0 && count != own.Length)
        {
            throw new UsageException(
                $"--folds is {count}, and '{data}' has {own.Length} folds of its own: {string.Join(", ", own)}. Leave the number out.");
        }
        if (own.Length < 2 && count == 0)
            throw new UsageException($"--folds: '{data}' has no folds of its own; say how many to divide it into, such as --folds 5.");
        var folded = own.Length > 1 ? whole : UsageError.Translate("--folds", () => whole.Folded(count, seed));
        string[] unused = [.. dataset.Splits.Except(whole.Splits)];
        var all = new TrainData(whole, Validation: null, ValidationSplit: null) { Unused = unused };
        return (all, [.. folded.Splits.OrderBy(Number).Select(name => Of(folded, name))]);
    }

    private static TrainFold Of(ImageDataset folded, string name)
    {
        var (training, held) = (folded.Parts([.. folded.Splits.Where(split => split != name)]), folded.Part(name));
        string[] unknown = TrainData.UnknownClasses(training, held);
        return unknown.Length == 0 ? new(name, new TrainData(training, held, name)) : throw new UsageException(
            $"--folds: the fold '{name}' has all images of {string.Join(", ", unknown)}; without it there is nothing to learn "
            + "them from. Give those classes images in another fold, or leave them out.");
    }

    // fold10 comes after fold9.
    private static int Number(string split) => int.TryParse(string.Concat(split.Where(char.IsAsciiDigit)), out var number) ? number : 0;
}
