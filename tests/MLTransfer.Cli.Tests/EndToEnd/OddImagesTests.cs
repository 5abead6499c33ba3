using System.Text.Json;
using Microsoft.ML.Data;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class OddImagesTests(TrainedModel model) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_image_of_one_pixel_is_scored() => await ScoredAsync("one.png", 1, 1);

    [Fact]
    public async Task An_image_20000_pixels_wide_is_scored() => await ScoredAsync("wide.png", 20_000, 3);

    [Fact]
    public async Task Names_that_are_not_ASCII_are_found_and_shown_as_they_are() => await ScoredAsync("пчела und Ameise 蜂.png", 40, 30);

    private async Task ScoredAsync(string name, int width, int height)
    {
        using (var image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, new byte[width * height * 4]))
            image.Save(_folder.PathOf(name));
        var outcome = await Mlt.RunAsync("predict", "--model", model.Path, "--json", _folder.Path);
        Assert.True(outcome.Code == ExitCode.Done, outcome.Output + outcome.Words);
        Assert.Contains(name, outcome.Output, StringComparison.Ordinal);
        Assert.Contains(JsonDocument.Parse(outcome.Output).RootElement[0].GetProperty("label").GetString(), SmallImages.Labels);
    }
}
