using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Datasets;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Data;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Datasets;

public sealed class DatasetsInspectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Findings_are_shown_the_worst_first_and_at_most_ten_of_a_kind() =>
        Expected.Is("view-inspect.txt", Shown.By(context => InspectView.Show(Dataset, Found(), context)));

    [Fact]
    public void The_list_of_suspect_labels_is_a_table_whose_names_are_quoted()
    {
        using var stream = new MemoryStream();
        InspectView.WriteSuspects(Found(), stream);
        string[] lines = System.Text.Encoding.UTF8.GetString(stream.ToArray()).Split('\n');
        Assert.Equal("image,label,suggested_label,label_probability,suggested_probability,split", lines[0]);
        Assert.Equal("\"/data/images/ants/0, a.png\",ants,bees,0.0100,0.9800,train", lines[1]);
        Assert.Equal(14, lines.Length);
    }

    [Fact]
    public async Task An_inspection_writes_json_a_page_and_a_list()
    {
        string set = SmallImages.Draw(_folder.PathOf("set/train"), perClass: 6, seed: 1), ant = SmallImages.Labels[0];
        SmallImages.Draw(_folder.PathOf("set/val"), perClass: 3, seed: 2);
        File.Copy($"{set}/{ant}/000.png", _folder.PathOf($"set/val/{ant}/leak.png"));
        File.WriteAllBytes($"{set}/{ant}/broken.jpg", []);
        var outcome = await Mlt.RunAsync("datasets", "inspect", _folder.PathOf("set"), "--backbone", "embedded", "--cache", "none",
            "--report", _folder.PathOf("page"), "--list", _folder.PathOf("suspects.csv"), "--json");
        outcome.AssertSuccess();
        JsonElement json = outcome.Json;
        Assert.Equal(("embedded", 19), (json.GetProperty("backbone").GetString(), json.GetProperty("images").GetInt32()));
        Assert.EndsWith("broken.jpg", json.GetProperty("skipped")[0].GetProperty("file").GetString(), StringComparison.Ordinal);
        Assert.Contains(json.GetProperty("near_duplicates").EnumerateArray(), group => group.GetProperty("is_leakage").GetBoolean());
        Assert.True(File.Exists(json.GetProperty("report").GetString()));
        Assert.StartsWith("image,label,", File.ReadAllText(_folder.PathOf("suspects.csv")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--backbone: There is no ", "--backbone", "resnet81")]
    [InlineData("--weights is '/nowhere.pth', but there is no such file", "--weights", "/nowhere.pth")]
    [InlineData("has no split 'night'", "--split", "night", "--backbone", "embedded")]
    [InlineData("--folds is 50, and there are only 12 images", "--folds", "50", "--backbone", "embedded", "--cache", "none")]
    public async Task What_cannot_be_done_is_refused_in_the_words_of_the_command_line(string message, params string[] asked)
    {
        string set = SmallImages.Draw(_folder.PathOf("set"), perClass: 6, seed: 1);
        var outcome = await Mlt.RunAsync([.. new[] { "datasets", "inspect", set }, .. asked]);
        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Output));
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_inspection_writes_nothing()
    {
        string set = SmallImages.Draw(_folder.PathOf("set"), perClass: 6, seed: 1);
        var outcome = await Mlt.RunAsync("", new CancellationToken(canceled: true), "datasets", "inspect", set, "--backbone", "embedded",
            "--cache", "none", "--report", _folder.PathOf("page"));
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains("interrupted", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.PathOf("page")));
    }

    private static ImageDataset Dataset => new("/data/images", "image folder", [Row(0), Row(1, "bees")]);

    private static ImageRow Row(int number, string label = "ants", string split = "train") =>
        new($"/data/images/{label}/{number}, a.png", label, split);

    private static ImageDataInspection Found() => new()
    {
        Backbone = "resnet18",
        ImageSize = 224,
        Images = 120,
        Classes = [new("ants", 60, 0.9), new("bees", 60, 0.95)],
        Accuracy = 0.925,
        SuspectLabels = [.. Enumerable.Range(0, 12).Select(number => new SuspectLabel(Row(number), "bees", 0.01, 0.98, 0.02))],
        NearDuplicates =
        [
            new([Row(0), Row(1, "bees", "val")], 0.991), new([.. Enumerable.Range(0, 6).Select(number => Row(number))], 0.9),
        ],
        Outliers = [new(Row(3), 0.8, 5.25)],
        ConfusableClasses = [new("ants", "bees", 0.075, [Row(5)], [])],
        LearningCurve = new([new(10, 0.7, 0.1), new(40, 0.85, 0.05), new(96, 0.9, 0.02)]),
        Skipped = [new SkippedImage(4, "/data/images/ants/broken.png", "it is cut short")],
        Seconds = 12.34,
    };
}
