using Microsoft.ML.Data;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class ExplainTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grad-cam")]
    [InlineData("occlusion")]
    public async Task A_page_shows_each_image_beside_its_heat(string method)
    {
        var page = _folder.PathOf("page.html");
        var outcome = await Mlt.RunAsync(
            "explain", "--model", trained.Path, trained.Validation, "--method", method, "--out", page, "--json");
        outcome.AssertSuccess();
        var images = outcome.Json.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(8, images.Length);
        Assert.All(images, image =>
        {
            Assert.Contains(image.GetProperty("label").GetString()!, SmallImages.Labels);
            Assert.Equal(image.GetProperty("predicted").GetString(), image.GetProperty("label").GetString());
            Assert.InRange(image.GetProperty("peak").GetProperty("x").GetInt32(), 0, image.GetProperty("width").GetInt32() - 1);
        });
        var html = File.ReadAllText(page);
        Assert.Equal(16, html.Split("data:image/jpeg;base64,").Length - 1);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http:", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_image_can_be_written_as_a_PNG_for_the_class_asked_for()
    {
        var outcome = await Mlt.RunAsync(
            "explain", "--model", trained.Path, AnImage(), "--label", SmallImages.Labels[1], "--out", _folder.PathOf("heat.png"));
        outcome.AssertSuccess();
        Assert.Contains(SmallImages.Labels[1], outcome.Output, StringComparison.Ordinal);
        using var drawn = MLImage.CreateFromFile(_folder.PathOf("heat.png"));
        Assert.Equal((32, 32), (drawn.Width, drawn.Height));
    }

    [Fact]
    public async Task An_image_that_cannot_be_read_has_an_error_among_the_others()
    {
        var broken = _folder.Write("broken.png", "no image"u8);
        var outcome = await Mlt.RunAsync(
            "explain", "--model", trained.Path, AnImage(), broken, "--out", _folder.PathOf("page.html"), "--json");
        outcome.AssertSuccess();
        var last = outcome.Json.GetProperty("images")[1];
        Assert.Equal(broken, last.GetProperty("file").GetString());
        Assert.NotEmpty(last.GetProperty("error").GetString()!);
    }

    [Fact]
    public async Task Where_no_image_can_be_read_nothing_is_written()
    {
        var broken = _folder.Write("broken.png", "no image"u8);
        var outcome = await Mlt.RunAsync("explain", "--model", trained.Path, broken, "--out", _folder.PathOf("page.html"));
        Assert.Equal(ExitCode.Failed, outcome.Code);
        Assert.False(File.Exists(_folder.PathOf("page.html")));
    }

    [Theory]
    [InlineData("--out is 'page.pdf'; it must end in .html or .png", "--out", "page.pdf")]
    [InlineData("--method: cifar_resnet20 has no attention of all patches to all", "--method", "attention-rollout")]
    [InlineData("--label: The model has no class 'disk'", "--label", "disk")]
    public async Task What_cannot_be_done_is_refused(string reason, params string[] arguments)
    {
        var outcome = await Mlt.RunAsync(["explain", "--model", trained.Path, AnImage(), .. arguments]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_images_do_not_go_into_one_PNG()
    {
        var outcome = await Mlt.RunAsync("explain", "--model", trained.Path, trained.Validation, "--out", _folder.PathOf("heat.png"));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("there are 8 to explain; name a page, .html", outcome.Error, StringComparison.Ordinal);
    }

    private string AnImage() => Directory.EnumerateFiles(trained.Validation, "*.*", SearchOption.AllDirectories).Order().First();
}
