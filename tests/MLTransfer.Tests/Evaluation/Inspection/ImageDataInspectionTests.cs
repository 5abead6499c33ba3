using System.Text.RegularExpressions;
using Microsoft.ML;
using MLTransfer.Data;
using MLTransfer.Errors;

namespace MLTransfer.Tests.Evaluation.Inspection;

public sealed partial class ImageDataInspectionTests : IDisposable
{
    private readonly PlantedSet _set = new(splits: true, perClass: 6);
    private readonly MLContext _ml = new(seed: 1);

    public void Dispose() => _set.Dispose();

    [Fact]
    public void Copies_across_splits_and_unreadable_files_are_found_among_images()
    {
        _set.Copy("train/a/0.png", "val/b/copy.png");
        _set.Write("train/a/broken.png", [1, 2, 3]);
        var progress = new List<ImageDataInspectionProgress>();
        var found = Inspect(Options with { Progress = new Listener(progress.Add) });
        Assert.Equal((25, "embedded"), (found.Images, found.Backbone));
        Assert.EndsWith("broken.png", Assert.Single(found.Skipped).Name, StringComparison.Ordinal);
        var group = found.NearDuplicates[0];
        Assert.Equal((true, true), (group.LabelsDisagree, group.IsLeakage));
        Assert.Equal(["0.png", "copy.png"], group.Images.Select(image => Path.GetFileName(image.ImagePath)));
        Assert.Equal([ImageDataInspectionPhase.Features, ImageDataInspectionPhase.Neighbors, ImageDataInspectionPhase.Heads],
            progress.Select(report => report.Phase).Distinct());
    }

    [Fact]
    public void Two_views_are_the_splits_train_and_test_and_text_labels_need_no_keys()
    {
        _set.Copy("train/a/0.png", "val/a/copy.png");
        var found = _ml.Data.InspectImages(
            _ml.Data.LoadImages(_set.Path, "train"), _ml.Data.LoadImages(_set.Path, "val"), Options);
        Assert.Equal(["train", "test"], found.NearDuplicates[0].Images.Select(image => image.Split));
        var keys = _ml.Transforms.Conversion.MapValueToKey("Label");
        IDataView train = _ml.Data.LoadImages(_set.Path, "train");
        Assert.Equal(["a", "b"],
            _ml.Data.InspectImages(keys.Fit(train).Transform(train), options: Options).Classes.Select(one => one.Label));
    }

    [Fact]
    public void Features_are_kept_for_the_next_inspection()
    {
        var options = Options with { CacheFolder = _set.PathOf("cache") };
        Inspect(options);
        _set.Draw("train/a/new.png", scene: 1000);
        var progress = new List<ImageDataInspectionProgress>();
        var second = Inspect(options with { Progress = new Listener(progress.Add) });
        Assert.Equal([0, 24, 25],
            progress.Where(report => report.Phase == ImageDataInspectionPhase.Features).Select(report => report.Done));
        Assert.Equal(Inspect(Options).Accuracy, second.Accuracy);
    }

    [Fact]
    public void A_few_images_are_inspected_without_a_learning_curve()
    {
        using var few = new PlantedSet(splits: false, perClass: 3);
        // Each fold leaves three images, too few for a classifier of two classes.
        var found = _ml.Data.InspectImages(ImageDataset.Open(few.Path), Options with { Folds = 2 });
        Assert.Equal(6, found.Images);
        Assert.Empty(found.LearningCurve.Points);
        Assert.True(double.IsFinite(found.Accuracy));
    }

    [Fact]
    public void A_cache_that_cannot_be_is_done_without()
    {
        _set.Write("file", [1]);
        Assert.Equal(Inspect(Options).Accuracy, Inspect(Options with { CacheFolder = _set.PathOf("file/cache") }).Accuracy);
    }

    [Fact]
    public void Unusable_options_are_refused_together()
    {
        var refusal = Assert.Throws<OptionException>(() => Inspect(Options with { Folds = 1, SuspectSupport = 0, OutlierScore = -1 }));
        Assert.Contains("Folds is 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("SuspectSupport is 0", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("OutlierScore is -1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_class_no_image_and_fewer_images_than_folds_are_refused_in_words()
    {
        ImageFile[] files = [new() { ImagePath = _set.PathOf("train/a/0.png"), Label = "a" }];
        Assert.Contains("the label 'a'", Refusal(files), StringComparison.Ordinal);
        Assert.Contains("nothing to inspect", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("Folds is 5, and there are only 2 images",
            Refusal([files[0], new() { ImagePath = _set.PathOf("train/b/0.png"), Label = "b" }]), StringComparison.Ordinal);

        string Refusal(ImageFile[] images) =>
            Assert.Throws<OptionException>(() => _ml.Data.InspectImages(_ml.Data.LoadFromEnumerable(images), options: Options)).Message;
    }

    [Fact]
    public void A_missing_file_is_left_out_and_one_class_that_is_left_is_refused()
    {
        ImageFile[] images = [.. Enumerable.Range(0, 6).Select(number => new ImageFile
        {
            ImagePath = _set.PathOf(number < 5 ? $"train/a/{number}.png" : "nowhere.png"), Label = number < 5 ? "a" : "b",
        })];
        var refusal = Assert.Throws<OptionException>(
            () => _ml.Data.InspectImages(_ml.Data.LoadFromEnumerable(images), options: Options));
        Assert.Contains("All images that can be read have the label 'a'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canceled_inspection_ends() => Assert.ThrowsAny<OperationCanceledException>(
        () => Inspect(Options with { Cancellation = new CancellationToken(canceled: true) }));

    [Fact]
    public void The_page_holds_everything_itself_and_names_never_become_elements()
    {
        const string Name = "<img src=x onerror=alert(1)>&'\"";
        _set.Copy("train/a/0.png", $"train/{Name}/one.png");
        _set.Copy("train/b/0.png", $"train/{Name}/two.png");
        var found = Inspect(Options with { SuspectSupport = 1, ConfusionRate = 0.01, OutlierScore = 0.5 });
        found.WriteReport(_set.PathOf("page.html"));
        string page = File.ReadAllText(_set.PathOf("page.html"));
        Assert.Contains("&lt;img src=x onerror=alert(1)&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)="(?!data:)""", page);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Markup {", page, StringComparison.Ordinal);
        Assert.Contains("src=\"data:image/jpeg;base64,", page, StringComparison.Ordinal);
        AssertBalanced(page);
    }

    private static void AssertBalanced(string page)
    {
        var open = new Stack<string>();
        foreach (Match tag in Tags().Matches(page))
        {
            string name = tag.Groups["name"].Value;
            if (tag.Groups["end"].Length > 0) Assert.Equal(name, open.Pop());
            else if (!tag.Value.EndsWith("/>", StringComparison.Ordinal) && name is not ("meta" or "img"))
                open.Push(name);
        }

        Assert.Empty(open);
    }

    private static ImageDataInspectionOptions Options => new() { Backbone = "embedded" };

    private ImageDataInspection Inspect(ImageDataInspectionOptions options) =>
        _ml.Data.InspectImages(ImageDataset.Open(_set.Path), options);

    [GeneratedRegex("<(?<end>/?)(?<name>[a-z][a-z0-9]*)[^>]*>")]
    private static partial Regex Tags();

    // System.Progress posts to the thread pool, which does not keep the order.
    private sealed class Listener(Action<ImageDataInspectionProgress> hear) : IProgress<ImageDataInspectionProgress>
    {
        public void Report(ImageDataInspectionProgress value) => hear(value);
    }
}
