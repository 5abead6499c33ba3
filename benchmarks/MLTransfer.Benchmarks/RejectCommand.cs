using System.CommandLine;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>How well models tell images of classes that they never saw, and how right they are where they commit themselves.</summary>
internal sealed class RejectCommand : MltCommand
{
    private const int DefaultSeeds = 3, ImageSize = 96;
    private const double Recall = 0.95, Precision = 0.95;

    private readonly Option<string?> _shared = RecipesCommand.SharedFolder();
    private readonly Option<int?> _seeds = CliOption.Integer("--seeds", $"Trainings of each kind. [default: {DefaultSeeds}]", 1, 100);

    internal RejectCommand(CommandContext context)
        : base(
            "reject", "Measures the rejection of images on classes that the model never saw.", context, $"{BenchmarkTree.Run} reject",
            $"{BenchmarkTree.Run} reject --seeds 1 --json") =>
        Accepts(_shared, _seeds);

    internal override string Remarks =>
        """
        A model of features of ResNet-18 is trained on seven of ten classes, 50 images of each and 50 to validate on, with
        --reject precision:0.95+familiar:0.95. auroc is the chance that an image of the other three is ranked behind one of the seven, by
        the probability of the predicted class and by the distance of the features; false_alarms the fraction of the seven that lie behind
        95 % of the others. coverage and accuracy are of the test images of the seven, the latter of those that are not rejected;
        rejected is the fraction of the other three that is rejected.

        JSON: [{ set, seed, auroc_of_probability, auroc_of_distance, false_alarms_of_probability, false_alarms_of_distance, accuracy_of_all,
                 coverage, accuracy, rejected }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var shared = Paths.ExistingFolder("--shared", parseResult.GetValue(_shared) ?? RecipesCommand.DefaultShared);
        var sets = RecipeSet.All(Path.Combine(shared, "data"), RecipesCommand.DefaultFashion, RecipesCommand.DefaultClipart)
            .Where(set => set.Name is "cifar-50" or "mnist-50").ToArray();
        var weights = Path.Combine(shared, "weights", "resnet18_trunk_imagenet.pth");
        var table = TextTable.Create(
            "set", "seed", "AUROC, probability", "AUROC, distance", "false alarms, probability", "false alarms, distance",
            "accuracy of all", "coverage", "accuracy", "rejected of the unseen");
        List<Rejections> all = [];
        foreach (var set in sets)
        {
            for (var seed = 1; seed <= (parseResult.GetValue(_seeds) ?? DefaultSeeds); seed++)
            {
                all.Add(Measure(set, seed, weights, cancel));
                table.Row([.. all[^1].Cells]);
            }
        }
        Render(parseResult, all, () => Screens.ForResults(Context).Write(table));
        return Task.FromResult(ExitCode.Done);
    }

    private static Rejections Measure(RecipeSet set, int seed, string weights, CancellationToken cancel)
    {
        // Validation images are drawn like the training images, by another seed; those that are among them are left out.
        var (training, test) = set.Draw(seed);
        string[] labels = [.. training.Select(image => image.Label).Distinct().Order(StringComparer.Ordinal)];
        var unseen = Enumerable.Range(0, 3).Select(index => labels[(3 * (seed - 1) + index) % labels.Length]).ToHashSet();
        var trained = training.Select(image => image.ImagePath).ToHashSet();
        var ml = new MLContext(seed);
        IDataView Known(IEnumerable<ImageFile> images) =>
            ml.Data.LoadFromEnumerable(images.Where(image => !unseen.Contains(image.Label)).ToArray());
        var rows = Known(training);
        var keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(rows);
        using var model = ml.MulticlassClassification.Trainers.FeatureExtraction(new FeatureExtractionOptions
        {
            Backbone = "resnet18", Weights = weights, ImageSize = ImageSize, Cancellation = cancel,
            Rejection = Rejection.AtPrecision(Precision).And(Rejection.Unfamiliar()),
            Validation = keys.Transform(Known(set.Draw(seed + 100).Training.Where(image => !trained.Contains(image.ImagePath)))),
        }).Fit(keys.Transform(rows));
        var predictions = model.Predict(test.Select(image => image.ImagePath), cancel);
        var scored = test.Zip(predictions, (image, found) => (image.Label, found)).ToArray();
        ImagePrediction[] others = [.. scored.Where(each => unseen.Contains(each.Label)).Select(each => each.found)];
        (string Label, ImagePrediction found)[] known = [.. scored.Where(each => !unseen.Contains(each.Label))];
        var accepted = known.Where(each => !each.found.Rejected).ToArray();
        double Accuracy((string Label, ImagePrediction found)[] images) =>
            (double)images.Count(each => each.found.Label == each.Label) / images.Length;
        var (byProbability, byDistance) = (
            Ranked(known.Select(each => -each.found.Probability), others.Select(other => -other.Probability)),
            Ranked(known.Select(each => each.found.Distance), others.Select(other => other.Distance)));
        return new(
            set.Name, seed, byProbability.Auroc, byDistance.Auroc, byProbability.FalseAlarms, byDistance.FalseAlarms, Accuracy(known),
            (double)accepted.Length / known.Length, Accuracy(accepted), (double)others.Count(other => other.Rejected) / others.Length);
    }

    /// <summary>How well a number that is greater for strangers tells them.</summary>
    private static (double Auroc, double FalseAlarms) Ranked(IEnumerable<float> known, IEnumerable<float> strangers)
    {
        float[] near = [.. known.Order()], far = [.. strangers.Order()];
        double behind = far.Sum(stranger => near.Count(each => each < stranger) + 0.5 * near.Count(each => each == stranger));
        var threshold = far[(int)Math.Floor((1 - Recall) * far.Length)];
        return (behind / ((double)near.Length * far.Length), (double)near.Count(each => each >= threshold) / near.Length);
    }

    private sealed record Rejections(
        string Set, int Seed, double AurocOfProbability, double AurocOfDistance, double FalseAlarmsOfProbability,
        double FalseAlarmsOfDistance, double AccuracyOfAll, double Coverage, double Accuracy, double Rejected)
    {
        internal IEnumerable<string> Cells =>
        [
            Set, Figures.Count(Seed), Figures.Number(AurocOfProbability), Figures.Number(AurocOfDistance),
            Figures.Percent(FalseAlarmsOfProbability), Figures.Percent(FalseAlarmsOfDistance), Figures.Percent(AccuracyOfAll),
            Figures.Percent(Coverage), Figures.Percent(Accuracy), Figures.Percent(Rejected),
        ];
    }
}
