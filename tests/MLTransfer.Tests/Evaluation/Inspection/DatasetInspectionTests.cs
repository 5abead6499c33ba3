using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class DatasetInspectionTests
{
    [Fact]
    public void A_clean_set_has_no_problems_and_is_counted()
    {
        using var set = new PlantedSet(splits: true);
        DatasetFindings findings = Inspect(set);
        Assert.Empty(findings.Problems);
        Assert.Equal([("a", 8, 4, 4), ("b", 8, 4, 4)],
            findings.Classes.Select(count => (count.Label, count.Images, count.PerSplit["train"], count.PerSplit["val"])));
        Assert.Equal(new SizeRange(new(120, 90), new(120, 90), new(120, 90)), findings.Sizes);
    }

    [Fact]
    public void An_unreadable_file_is_named_with_its_reason()
    {
        using var set = new PlantedSet();
        set.Write("a/broken.png", File.ReadAllBytes(set.PathOf("a/0.png"))[..200]);
        set.Write("b/empty.jpg", []);
        Assert.Equal([(ProblemKind.Unreadable, "a/broken.png"), (ProblemKind.Unreadable, "b/empty.jpg")], Found(set));
        Assert.Contains("cut short", Inspect(set).Problems[0].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_file_in_one_class_is_a_duplicate()
    {
        using var set = new PlantedSet();
        set.Copy("a/0.png", "a/copy.png");
        Assert.Equal([(ProblemKind.Duplicate, "a/0.png a/copy.png")], Found(set));
    }

    [Fact]
    public void The_same_file_in_two_splits_is_leakage()
    {
        using var set = new PlantedSet(splits: true);
        set.Copy("train/a/0.png", "val/a/copy.png");
        Assert.Equal([(ProblemKind.Leakage, "train/a/0.png val/a/copy.png")], Found(set));
        Assert.Equal("the same file in train and val", Inspect(set).Problems[0].Note);
    }

    [Fact]
    public void The_same_file_in_two_classes_is_a_conflict_even_across_splits()
    {
        using var set = new PlantedSet(splits: true);
        set.Copy("train/a/0.png", "val/b/copy.png");
        Assert.Equal([(ProblemKind.LabelConflict, "train/a/0.png val/b/copy.png")], Found(set));
        Assert.Equal("the same file labeled a and b in train and val", Inspect(set).Problems[0].Note);
    }

    [Theory]
    [InlineData("copy.jpg", 120, 90, 1.0)]
    [InlineData("copy.png", 60, 45, 1.0)]
    [InlineData("copy.png", 333, 250, 1.0)]
    [InlineData("copy.jpg", 100, 75, 0.8)]
    public void Another_size_compression_or_brightness_is_a_near_duplicate(string name, int width, int height, double brightness)
    {
        using var set = new PlantedSet(splits: true);
        set.Draw($"train/b/{name}", scene: 102, width, height, brightness);
        set.Draw($"val/a/{name}", scene: 1, width, height, brightness);
        Assert.Equal([(ProblemKind.NearLeakage, $"train/a/1.png val/a/{name}"),
            (ProblemKind.NearDuplicate, $"train/b/2.png train/b/{name}")], Found(set));
    }

    [Fact]
    public void The_difference_hash_has_a_one_for_each_pixel_that_is_darker_than_its_right_neighbor()
    {
        using var set = new PlantedSet(perClass: 0);
        set.Shade("a/ramp.png", 9, 8, (x, y) => (byte)(y < 4 ? 10 * x : 200 - 10 * x));
        set.Shade("a/gray.png", 9, 8, (_, _) => 90);
        Assert.Equal([0UL, 0xFFFF_FFFF_0000_0000], new[] { "gray", "ramp" }.Select(HashOf));

        ulong HashOf(string name)
        {
            var row = new ImageRow(set.PathOf($"a/{name}.png"), "a");
            return new InspectedImage(row, "", ImageSource.FromPath(row.ImagePath).Decode()).DifferenceHash;
        }
    }

    [Fact]
    public void Different_scenes_are_no_near_duplicates()
    {
        using var set = new PlantedSet(perClass: 100);
        Assert.Empty(Found(set));
    }

    [Fact]
    public void Near_duplicates_in_two_classes_are_a_conflict()
    {
        using var set = new PlantedSet();
        set.Draw("b/copy.jpg", scene: 3);
        Assert.Equal([(ProblemKind.NearLabelConflict, "a/3.png b/copy.jpg")], Found(set));
    }

    [Fact]
    public void Images_of_one_color_and_tiny_ones_are_found_and_are_no_near_duplicates_of_each_other()
    {
        using var set = new PlantedSet();
        set.Fill("a/white.png", 90, 90, 255);
        set.Fill("b/gray.png", 90, 80, 128);
        set.Draw("b/tiny.png", scene: 55, width: 40, height: 31);
        Assert.Equal([(ProblemKind.OneColour, "a/white.png"), (ProblemKind.OneColour, "b/gray.png"), (ProblemKind.Tiny, "b/tiny.png")],
            Found(set));
    }

    [Fact]
    public void A_file_of_another_format_than_its_name_says_is_read_and_named()
    {
        using var set = new PlantedSet();
        set.Draw("a/really.jpg", scene: 77);
        File.Move(set.PathOf("a/really.jpg"), set.PathOf("a/really.png"));
        Assert.Equal([(ProblemKind.WrongExtension, "a/really.png")], Found(set));
        Assert.Equal("it is a JPEG image, but its name ends with .png", Inspect(set).Problems[0].Note);
    }

    [Fact]
    public void A_set_of_tiny_images_has_one_problem_for_all_and_no_near_duplicates()
    {
        using var set = new PlantedSet(perClass: 0);
        for (int number = 0; number < 6; number++)
            set.Draw($"{(number < 3 ? "a" : "b")}/{number}.png", scene: number / 2, width: 28 + number % 2, height: 28);
        DatasetProblem problem = Assert.Single(Inspect(set).Problems);
        Assert.Equal((ProblemKind.Tiny, "6 of 6 images have a side below 32 pixels; the first of them has 28 x 28"),
            (problem.Kind, problem.Note));
        Assert.Empty(problem.Images);
    }

    [Fact]
    public void Imbalance_and_classes_missing_from_a_split_are_reported()
    {
        using var set = new PlantedSet(splits: true);
        for (int number = 0; number < 90; number++)
            set.Draw($"train/a/more{number}.png", scene: 1000 + number);
        set.Draw("train/c/0.png", scene: 5000);
        Assert.Equal(["'val' has no images of c", "'a' has 98 images, 'c' 1"], Inspect(set).Problems.Select(problem => problem.Note));
    }

    [Fact]
    public void Any_number_of_threads_finds_the_same()
    {
        using var set = new PlantedSet(splits: true);
        set.Copy("train/a/0.png", "val/b/copy.png");
        set.Draw("val/a/near.jpg", scene: 1);
        Assert.Equal(Notes(threads: 1), Notes(threads: 7));

        IEnumerable<string> Notes(int threads) =>
            Inspect(set, new() { Threads = threads }).Problems
            .Select(problem => problem.Note + string.Join(",", problem.Images.Select(row => row.ImagePath)));
    }

    [Fact]
    public void Progress_counts_every_image_and_cancellation_stops()
    {
        using var set = new PlantedSet();
        List<InspectionProgress> told = [];
        DatasetInspection.Run(ImageDataset.Open(set.Path), new() { Threads = 1 }, new Progress(told.Add));
        Assert.Equal(Enumerable.Range(1, 8).Select(done => new InspectionProgress(done, 8)), told);
        Assert.ThrowsAny<OperationCanceledException>(
            () => DatasetInspection.Run(ImageDataset.Open(set.Path), cancel: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Options_that_make_no_sense_are_refused_together()
    {
        using var set = new PlantedSet();
        string message = Assert.Throws<ArgumentException>(() => Inspect(set, new() { NearDistance = 16, SmallestSide = 0 })).Message;
        Assert.Contains("SmallestSide is 0", message, StringComparison.Ordinal);
        Assert.Contains("NearDistance is 16; it must lie between 0 and 15.", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    public void A_correlation_that_no_images_can_have_is_refused(double correlation) => Assert.Contains(
        "it must lie between 0 and 1", Assert.Throws<ArgumentException>(
            () => new InspectionOptions { NearCorrelation = correlation }.Checked()).Message, StringComparison.Ordinal);

    private static DatasetFindings Inspect(PlantedSet set, InspectionOptions? options = null) =>
        DatasetInspection.Run(ImageDataset.Open(set.Path), options);

    private static IEnumerable<(ProblemKind Kind, string Images)> Found(PlantedSet set) => Inspect(set).Problems.Select(problem =>
        (problem.Kind, string.Join(' ', problem.Images.Select(row => Path.GetRelativePath(set.Path, row.ImagePath).Replace('\\', '/')))));

    private sealed class Progress(Action<InspectionProgress> report) : IProgress<InspectionProgress>
    {
        public void Report(InspectionProgress value) => report(value);
    }
}
