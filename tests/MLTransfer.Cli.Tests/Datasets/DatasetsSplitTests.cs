using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Tests.EndToEnd;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.Datasets;

public sealed class DatasetsSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatasetsSplitTests() => SmallImages.Draw(_folder.PathOf("set"), perClass: 10, seed: 1);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_class_is_divided_by_the_fractions_and_nothing_is_copied()
    {
        var outcome = await RunAsync("--fractions", "0.8,0.1,0.1");
        Assert.Equal($"{Manifest}: train 16, val 2, test 2 (seed 1)\n", outcome.Output);
        string[] lines = File.ReadAllLines(Manifest);
        Assert.Equal("image,label,split", lines[0]);
        Assert.All(SmallImages.Labels,
            label => Assert.Equal(8, lines.Count(line => line.EndsWith($",{label},train", StringComparison.Ordinal))));
        Assert.All(lines[1..], line => Assert.True(File.Exists(_folder.PathOf(line.Split(',')[0]))));
        Assert.Equal(20, Directory.GetFiles(_folder.Path, "*.png", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public async Task The_same_seed_divides_alike_and_another_otherwise()
    {
        await RunAsync("--seed", "5");
        string first = File.ReadAllText(Manifest);
        await RunAsync("--seed", "5");
        Assert.Equal(first, File.ReadAllText(Manifest));
        await RunAsync("--seed", "6");
        Assert.NotEqual(first, File.ReadAllText(Manifest));
    }

    [Fact]
    public async Task Where_the_images_lie_outside_the_folder_of_the_manifest_the_option_that_reads_it_is_named()
    {
        Directory.CreateDirectory(_folder.PathOf("elsewhere"));
        var outcome = await Mlt.RunAsync("datasets", "split", _folder.PathOf("set"), "--out", _folder.PathOf("elsewhere/list.csv"));
        Assert.Contains("--allow-outside-paths", outcome.Error, StringComparison.Ordinal);
        Assert.Equal("", (await RunAsync()).Error);
        Assert.Equal(ExitCode.Done, (await Mlt
            .RunAsync("datasets", "check", _folder.PathOf("elsewhere/list.csv"), "--allow-outside-paths")).Code);
    }

    [Fact]
    public async Task Folds_are_parts_of_the_same_size()
    {
        var outcome = await RunAsync("--folds", "5", "--json");
        JsonElement parts = outcome.Json.GetProperty("parts");
        Assert.Equal([("fold1", 4), ("fold2", 4), ("fold3", 4), ("fold4", 4), ("fold5", 4)],
            parts.EnumerateArray().Select(part => (part.GetProperty("name").GetString()!, part.GetProperty("images").GetInt32())));
    }

    [Theory]
    [InlineData("--fractions 0.8,0.3",
        "--fractions: '0.8,0.3' is not valid; expected are two or three positive numbers that add up to 1")]
    [InlineData("--fractions 1", "two or three positive numbers")]
    [InlineData("--folds 5 --fractions 0.5,0.5", "--fractions and --folds cannot be combined")]
    [InlineData("--folds 21", "--folds: There are 21 folds; it must be at least 2 and at most 20")]
    public async Task What_cannot_be_divided_so_is_a_wrong_question(string asked, string answer)
    {
        var outcome = await RunAsync(asked.Split(' '));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(answer, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Manifest));
    }

    private string Manifest => _folder.PathOf("manifest.csv");

    private Task<Outcome> RunAsync(params string[] options) =>
        Mlt.RunAsync(["datasets", "split", _folder.PathOf("set"), "--out", Manifest, .. options]);
}
