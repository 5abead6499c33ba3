using Microsoft.ML.Data;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class BadImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Images_that_cannot_be_read_are_listed_with_reasons_counted_and_left_out()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 5, seed: 1);
        var whole = File.ReadAllBytes(_folder.PathOf("data/disc-plain/000.png"));
        string[] bad =
        [
            _folder.Write("data/disc-plain/empty.png", []),
            _folder.Write("data/disc-plain/cut.png", whole.AsSpan(0, whole.Length / 2)),
            _folder.Write("data/disc-plain/текст.jpg", "not an image"u8),
            _folder.Write("data/disc-plain/moving.gif", "GIF89a"u8),
        ];
        var outcome = await TrainAsync("--json");
        outcome.AssertSuccess();
        var json = outcome.Json;
        Assert.Equal(bad.Length, json.GetProperty("skipped_images").GetInt32());
        Assert.Equal(10, json.GetProperty("train_images").GetInt32() + json.GetProperty("val_images").GetInt32());
        Assert.All(bad, path => Assert.Contains($"skipped '{path}': ", outcome.Error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Training_stops_at_an_unreadable_image_when_told_to()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 5, seed: 1);
        var bad = _folder.Write("data/disc-plain/empty.png", []);
        var outcome = await TrainAsync("--stop-on-bad-image");
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.Contains(bad, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.PathOf("model.zip")));
    }

    [Fact]
    public async Task An_empty_folder_is_an_error_that_names_it()
    {
        Directory.CreateDirectory(_folder.PathOf("data"));
        await FailsAsync(_folder.PathOf("data"));
    }

    [Fact]
    public async Task One_class_only_is_an_error()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 3, seed: 1);
        Directory.Delete(_folder.PathOf("data/disc-plain"), recursive: true);
        await FailsAsync("class");
    }

    [Fact]
    public async Task A_class_without_images_is_an_error_that_names_it()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 3, seed: 1);
        Directory.CreateDirectory(_folder.PathOf("data/nothing-here"));
        await FailsAsync("nothing-here");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_a_usable_cache_training_goes_on_with_one_line_that_names_the_option(bool hasHome)
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 5, seed: 1);
        // Nobody, not even root, makes a folder below a file.
        var cache = hasHome ? Path.Combine(_folder.Write("file", []), "cache") : null;
        var outcome = await Mlt.RunInAsync(cache,
            "train", "--data", _folder.PathOf("data"), "--mode", "features", "--backbone", "cifar_resnet20", "--weights", "none",
            "--epochs", "2", "--out", _folder.PathOf("model.zip"));
        outcome.AssertSuccess();
        Assert.Single(outcome.Error.Split('\n'),
            line => line.Contains(
                "what frozen layers give is not kept for the next training (--cache DIR|none)", StringComparison.Ordinal));
        Assert.True(File.Exists(_folder.PathOf("model.zip")));
    }

    [Fact]
    public async Task A_cache_that_was_asked_for_and_cannot_be_used_is_an_error()
    {
        SmallImages.Draw(_folder.PathOf("data"), perClass: 5, seed: 1);
        var outcome = await TrainAsync("--cache", Path.Combine(_folder.Write("file", []), "cache"));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("--cache is '", outcome.Error, StringComparison.Ordinal);
    }

    private async Task FailsAsync(string named)
    {
        var outcome = await TrainAsync();
        Assert.Contains(outcome.Code, (int[])[ExitCode.Failed, ExitCode.Usage]);
        Assert.Equal("", outcome.Output);
        Assert.Contains(named, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> TrainAsync(params string[] more) => Mlt.RunAsync(
    [
        "train", "--data", _folder.PathOf("data"), "--mode", "features", "--backbone", "cifar_resnet20", "--weights", "none",
        "--epochs", "2", "--out", _folder.PathOf("model.zip"), .. more.Contains("--cache") ? more : [.. more, "--cache", "none"],
    ]);
}

public sealed class OddImagesTests(TrainedModel model) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_of_one_pixel_is_scored() => await ScoredAsync("one.png", 1, 1);

    [Fact]
    public async Task An_image_20000_pixels_wide_is_scored() => await ScoredAsync("wide.png", 20_000, 3);

    [Fact]
    public async Task Names_that_are_not_ASCII_are_found_and_shown_as_they_are() =>
        await ScoredAsync("пчела und Ameise 蜂.png", 40, 30);

    private async Task ScoredAsync(string name, int width, int height)
    {
        using (var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, new byte[width * height * 4]))
            image.Save(_folder.PathOf(name));
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--json", _folder.Path);
        Assert.True(outcome.Code == ExitCode.Done, outcome.Output + outcome.Error);
        Assert.Contains(name, outcome.Output, StringComparison.Ordinal);
        Assert.Contains(outcome.Json[0].GetProperty("label").GetString(), SmallImages.Labels);
    }
}
