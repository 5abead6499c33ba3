using System.Text.Json;
using System.Text.RegularExpressions;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Datasets;

public sealed partial class DatasetsCheckTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatasetsCheckTests()
    {
        SmallImages.Draw(_folder.PathOf("set/train"), perClass: 6, seed: 1);
        SmallImages.Draw(_folder.PathOf("set/val"), perClass: 3, seed: 2);
        string ant = $"{SmallImages.Labels[0]}/000.png";
        File.Copy(_folder.PathOf($"set/train/{ant}"), _folder.PathOf($"set/val/{SmallImages.Labels[0]}/leak.png"));
        File.WriteAllBytes(_folder.PathOf($"set/train/{SmallImages.Labels[1]}/broken.jpg"), []);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_in_a_folder_and_what_is_wrong_with_it_is_shown()
    {
        var outcome = await Mlt.RunAsync("datasets", "check", _folder.PathOf("set"), "--near", "0");
        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Expected.Is("datasets-check.txt", Time().Replace(outcome.Output.Replace(_folder.Path, "", StringComparison.Ordinal), "took 0.0 s"));
    }

    [Theory]
    [InlineData("--image-column")]
    [InlineData("--label-column")]
    [InlineData("--image-folder")]
    [InlineData("--image-suffix")]
    public async Task How_a_manifest_is_read_is_refused_by_name_where_there_is_none(string option)
    {
        var (set, model) = (_folder.PathOf("set"), _folder.Write("model.zip", []));
        string[][] commands =
        [
            ["datasets", "check", set], ["datasets", "split", set, "--out", _folder.PathOf("list.csv")],
            ["evaluate", "--model", model, "--data", set],
            ["train", "--data", set, "--val", set, "--mode", "features", "--backbone", "cifar_resnet20", "--weights", "none", "--out",
            model],
        ];
        foreach (var command in commands)
        {
            var outcome = await Mlt.RunAsync([.. command, option, _folder.Path]);
            Assert.Equal(ExitCode.Usage, outcome.Code);
            Assert.Contains($": {option} applies only to a manifest (.csv, .tsv, .jsonl), which '{set}' is not", outcome.Error,
                StringComparison.Ordinal);
        }
        Assert.Equal(ExitCode.Done, (await Mlt.RunAsync("datasets", "check", set, "--allow-outside-paths")).Code);
    }

    [Fact]
    public async Task Only_when_asked_to_be_strict_problems_are_a_failure() =>
        Assert.Equal(ExitCode.Failed, (await Mlt.RunAsync("datasets", "check", _folder.PathOf("set"), "--strict")).Code);

    [Fact]
    public async Task As_json_every_problem_has_its_images_and_the_page_is_named()
    {
        var outcome = await Mlt.RunAsync(
            "datasets", "check", _folder.PathOf("set"), "--near", "0", "--report", _folder.PathOf("page"), "--json");
        JsonElement json = outcome.Json;
        Assert.Equal(20, json.GetProperty("images").GetInt32());
        Assert.Equal(["unreadable", "leakage"],
            json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("kind").GetString()));
        Assert.Equal("val", json.GetProperty("problems")[1].GetProperty("images")[1].GetProperty("split").GetString());
        Assert.True(File.Exists(json.GetProperty("report").GetString()));
    }

    [Fact]
    public async Task Images_that_are_not_read_are_a_problem_and_other_files_are_not()
    {
        _folder.Write($"set/val/{SmallImages.Labels[0]}/readme.txt", []);
        _folder.Write($"set/val/{SmallImages.Labels[0]}/photo.CR2", []);
        var outcome = await Mlt.RunAsync("datasets", "check", _folder.PathOf("set"), "--near", "0", "--json");
        JsonElement json = outcome.Json;
        Assert.Equal(["unreadable", "left-out", "leakage"],
            json.GetProperty("problems").EnumerateArray().Select(problem => problem.GetProperty("kind").GetString()));
        Assert.Equal([("format", ".cr2", 1), ("format", ".txt", 1)], json.GetProperty("left_out").EnumerateArray().Select(
            files => (files.GetProperty("kind").GetString(), files.GetProperty("extension").GetString(),
                files.GetProperty("names").GetArrayLength())));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_a_wrong_question()
    {
        var outcome = await Mlt.RunAsync("datasets", "check", "/nowhere/at/all");
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("DATA is '/nowhere/at/all', but there is no such file or folder.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_may_name_images_outside_its_folder_only_where_that_is_allowed()
    {
        string ant = $"../train/{SmallImages.Labels[0]}/000.png", bee = $"../train/{SmallImages.Labels[1]}/000.png";
        var manifest = _folder.Write("set/val/list.csv", System.Text.Encoding.UTF8.GetBytes($"image of,kind\n{ant},a\n{bee},b\n"));
        string[] asked = ["datasets", "check", manifest, "--image-column", "image of", "--label-column", "kind"];
        var refused = await Mlt.RunAsync(asked);
        Assert.Equal(ExitCode.Failed, refused.Code);
        Assert.Contains("lies outside the manifest's folder", refused.Error, StringComparison.Ordinal);
        Assert.Contains("2 images", (await Mlt.RunAsync([.. asked, "--allow-outside-paths"])).Output, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"took \d+\.\d s")]
    private static partial Regex Time();
}
