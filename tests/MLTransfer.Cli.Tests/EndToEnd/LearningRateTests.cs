using System.Xml.Linq;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class LearningRateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_learning_rate_is_suggested_and_its_losses_are_drawn()
    {
        var svg = _folder.PathOf("rates.svg");
        var outcome = await RunAsync("--svg", svg);
        outcome.AssertSuccess();
        Assert.Matches(@"Suggested: --learning-rate \S+ \(valley\); the loss falls the most steeply at \S+\.", outcome.Output);
        Assert.EndsWith($"Plot: {svg}\n", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("valley", XDocument.Load(svg).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_has_the_plot_and_the_settings_that_it_was_made_with()
    {
        var folder = _folder.PathOf("new");
        var outcome = await RunAsync("--report", folder, "--optimizer", "sgd");
        outcome.AssertSuccess();
        var page = Path.Combine(folder, "report.html");
        Assert.EndsWith($"Report: {page}\n", outcome.Output, StringComparison.Ordinal);
        var html = File.ReadAllText(page);
        Assert.Contains("<h1>Suggested learning rate: ", html, StringComparison.Ordinal);
        Assert.Contains("<polyline points=", html, StringComparison.Ordinal);
        Assert.Contains(">Optimizer</th><td class=\"name\">Sgd</td>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Epochs", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_losses_are_a_document_on_request()
    {
        var outcome = await RunAsync("--json");
        outcome.AssertSuccess();
        Assert.InRange(outcome.Json.GetProperty("points").GetArrayLength(), 20, 100);
        Assert.InRange(outcome.Json.GetProperty("valley").GetDouble(), 1e-6, 10);
    }

    [Fact]
    public async Task The_batch_size_that_was_found_is_told()
    {
        var outcome = await Mlt.RunAsync(
            "lr", "--data", SmallImages.Draw(_folder.PathOf("train"), perClass: 4, seed: 1), "--mode", "finetune", "--backbone",
            "cifar_resnet20", "--weights", "none", "--precision", "float32", "--batch-size", "auto");
        outcome.AssertSuccess();
        Assert.Contains("Batches have 4 images, as was found by trying.\n", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_searched_for_cannot_be_given() =>
        Assert.Equal(ExitCode.Usage, (await RunAsync("--learning-rate", "0.1")).Code);

    private Task<Outcome> RunAsync(params string[] more) => Mlt.RunAsync(
    [
        "lr", "--data", SmallImages.Draw(_folder.PathOf("train"), perClass: 4, seed: 1), "--mode", "features", "--backbone",
        "cifar_resnet20", "--weights", "none", "--precision", "float32", "--cache", "none", .. more,
    ]);
}
