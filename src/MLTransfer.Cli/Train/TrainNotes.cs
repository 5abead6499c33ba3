using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;

namespace MLTransfer.Cli.Train;

/// <summary>What is said about the images before a training starts, a line each.</summary>
internal static class TrainNotes
{
    internal static IEnumerable<string> Of(TrainArguments arguments)
    {
        var (training, validation) = (arguments.Images.Training, arguments.Images.Validation);
        return [.. arguments.Images.Notes(), .. Uneven(training, arguments.Balance),
            .. Copies(training, validation, Consequence(arguments))];
    }

    private static IEnumerable<string> Uneven(ImageDataset training, ClassBalance balance)
    {
        var counts = training.Rows.CountBy(row => row.Label).ToArray();
        var (most, least) = (counts.MaxBy(count => count.Value), counts.MinBy(count => count.Value));
        if (balance == ClassBalance.None && most.Value > new InspectionOptions().LargestImbalance * least.Value)
        {
            yield return $"very uneven classes: '{most.Key}' has {Figures.Counted(most.Value, "image", "images")}, "
                + $"'{least.Key}' {Figures.Count(least.Value)}; "
                + "--balance weights or --balance sampling lets rare ones count more";
        }
    }

    // What becomes of copies where chance decides which images are validated on.
    private static string Consequence(TrainArguments arguments) => arguments switch
    {
        { Folds.Count: > 0 } => "; copies may be in different folds, and so both trained on and validated on",
        { Images.Validation: null, ValidationFraction: > 0 } => "; copies may be both trained on and validated on",
        _ => "",
    };

    private static IEnumerable<string> Copies(ImageDataset training, ImageDataset? validation, string consequence)
    {
        // By reference: one folder may be given both to train and to validate on.
        HashSet<ImageRow> held = new(validation?.Rows ?? [], ReferenceEqualityComparer.Instance);
        var groups = SameImages.Among([.. training.Rows, .. held])
            .Select(group => group.ToLookup(held.Contains))
            .Select(group => (Training: group[false].ToArray(), Validation: group[true].ToArray())).ToArray();
        var leaks = groups.Where(group => group.Training.Length > 0 && group.Validation.Length > 0).ToArray();
        if (leaks.Length > 0)
        {
            var count = Figures.Counted(leaks.Sum(group => group.Validation.Length), "validation image is", "validation images are");
            yield return $"leakage: {count} trained on, too, as '{leaks[0].Validation[0].ImagePath}' "
                + $"is as '{leaks[0].Training[0].ImagePath}'; the validation accuracy is better than it should be";
        }
        var copies = groups.Select(group => group.Training).Where(same => same.Length > 1).ToArray();
        if (copies.Length == 0)
            yield break;
        var conflicts = copies.Where(same => same.DistinctBy(row => row.Label).Skip(1).Any()).ToArray();
        var example = conflicts.Length > 0 ? conflicts[0].DistinctBy(row => row.Label).ToArray() : copies[0];
        yield return $"duplicates: {Figures.Counted(copies.Length, "training image is", "training images are")} there more than once, "
            + $"in {Figures.Count(copies.Sum(same => same.Length))} files"
            + (conflicts.Length > 0 ? $", {Figures.Count(conflicts.Length)} of them in different classes" : "")
            + $", as '{example[0].ImagePath}' and '{example[1].ImagePath}'"
            + consequence;
    }
}
