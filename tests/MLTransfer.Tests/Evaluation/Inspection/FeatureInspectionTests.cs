using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class FeatureInspectionTests
{
    private const int PerClass = 40;

    private static readonly string[] Classes = ["ant", "bee", "cat"];

    [Fact]
    public void Labels_that_were_exchanged_are_suspect_and_others_are_not()
    {
        string[] labels = [.. Right];
        int[] wrong = [3, 17, 50, 90];
        foreach (int image in wrong) labels[image] = Classes[(Array.IndexOf(Classes, labels[image]) + 1) % 3];
        var found = Inspect(labels, distance: 9, options: new() { SuspectSupport = 0.5 });
        Assert.Equal(wrong.Select(image => $"{image}.png"), found.SuspectLabels.Select(suspect => suspect.Image.ImagePath)
            .OrderBy(path => int.Parse(path[..^4], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(found.SuspectLabels, suspect =>
        {
            Assert.NotEqual(suspect.Image.Label, suspect.SuggestedLabel);
            Assert.True(suspect.LabelProbability < suspect.SuggestedProbability);
            Assert.True(suspect.Support < 0.5);
        });
        double[] support = [.. found.SuspectLabels.Select(suspect => suspect.Support)];
        Assert.Equal(support.Order(), support);
        Assert.InRange(found.Accuracy, 0.9, 116.0 / 120);
    }

    [Fact]
    public void Clean_labels_raise_no_alarm()
    {
        var found = Inspect([.. Right], distance: 9);
        Assert.Empty(found.SuspectLabels);
        Assert.Empty(found.ConfusableClasses);
        Assert.Equal(1, found.Accuracy);
        Assert.Equal([("ant", 40, 1.0), ("bee", 40, 1.0), ("cat", 40, 1.0)],
            found.Classes.Select(one => (one.Label, one.Images, one.Accuracy)));
    }

    [Fact]
    public void A_copy_in_another_split_is_leakage_and_one_with_another_label_comes_first()
    {
        var found = Inspect([.. Right], distance: 9, change: rows =>
        {
            rows[10] = rows[90];
            rows[20] = rows[30];
        }, options: new() { DuplicateSimilarity = 0.999 });
        Assert.Equal([("10.png 90.png", true), ("20.png 30.png", false)], found.NearDuplicates.Select(group =>
            (string.Join(' ', group.Images.Select(image => image.ImagePath)), group.LabelsDisagree)));
        Assert.Equal([true, false], found.NearDuplicates.Select(group => group.IsLeakage));
        Assert.All(found.NearDuplicates, group => Assert.Equal(1, group.Similarity, 1e-4));
    }

    [Fact]
    public void An_image_unlike_all_others_is_an_outlier()
    {
        // Its features point away from all classes.
        var found = Inspect([.. Right], distance: 9, change: rows => rows[7] = [.. Enumerable.Repeat(-30f, rows[7].Length)]);
        Assert.Equal("7.png", found.Outliers[0].Image.ImagePath);
        Assert.True(found.Outliers[0].Score > 3.5);
    }

    [Fact]
    public void Classes_of_the_same_features_cannot_be_told_apart()
    {
        // Bees lie where ants do.
        var found = Inspect([.. Right], distance: 9, change: rows =>
        {
            for (int image = PerClass; image < 2 * PerClass; image++) (rows[image][0], rows[image][1]) = (rows[image][1], rows[image][0]);
        });
        var pair = Assert.Single(found.ConfusableClasses);
        Assert.Equal(("ant", "bee"), (pair.First, pair.Second));
        Assert.InRange(pair.Rate, 0.25, 0.75);
        Assert.Equal(pair.Rate, (pair.FirstAsSecond.Count + pair.SecondAsFirst.Count) / 80.0, 1e-9);
        Assert.All(pair.FirstAsSecond, row => Assert.Equal("ant", row.Label));
    }

    [Fact]
    public void The_learning_curve_rises_to_the_number_of_images_of_a_fold()
    {
        var points = Inspect([.. Right], distance: 2).LearningCurve.Points;
        Assert.Equal(96, points[^1].Images);
        Assert.Equal(points.Select(point => point.Images).Order(), points.Select(point => point.Images));
        Assert.True(points.Count >= 4);
        // By chance it would be a third.
        Assert.All(points, point => Assert.InRange(point.Accuracy, 0.45, 1));
        Assert.True(points[^1].Accuracy > points[0].Accuracy);
    }

    [Fact]
    public void The_label_of_a_class_of_few_images_is_not_judged()
    {
        string[] labels = [.. Right];
        labels[0] = labels[1] = "dog";
        var found = Inspect(labels, distance: 9, classes: [.. Classes, "dog"]);
        Assert.Empty(found.SuspectLabels);
        Assert.Equal(2, found.Classes[^1].Images);
    }

    [Fact]
    public void The_same_seed_finds_the_same() => Assert.Equal(
        Inspect([.. Right], distance: 1).SuspectLabels, Inspect([.. Right], distance: 1).SuspectLabels);

    private static IEnumerable<string> Right => Enumerable.Range(0, 3 * PerClass).Select(image => Classes[image / PerClass]);

    private static ImageDataInspection Inspect(
        string[] labels, double distance, Action<float[][]>? change = null, string[]? classes = null,
        ImageDataInspectionOptions? options = null)
    {
        using var scope = NewDisposeScope();
        const int Width = 24;
        (Tensor features, _) = Clouds.Draw(3, PerClass, Width, distance, seed: 1);
        float[][] values = [.. features.data<float>().ToArray().Chunk(Width)];
        change?.Invoke(values);
        ImageRow[] rows = [.. labels.Select((label, image) => new ImageRow($"{image}.png", label, image < 60 ? "train" : "val"))];
        return new FeatureInspection(rows, classes ?? Classes, options ?? new(), seed: 1).Run(
            tensor(values.SelectMany(row => row).ToArray(), [rows.Length, Width]), _ => null, new("none", 8, []));
    }
}
