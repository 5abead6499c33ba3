using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class ReportTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_training_with_a_validation_folder_is_reported_with_what_is_taken_for_what()
    {
        var page = await ReportAsync("--val", SmallImages.Draw(_folder.PathOf("val"), perClass: 2, seed: 2));
        Assert.Contains("<h2>Confusion</h2>", page, StringComparison.Ordinal);
        Assert.All(SmallImages.Labels, label => Assert.Contains($"<th>{label}</th>", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_training_with_images_held_back_is_reported_with_what_is_taken_for_what_too() =>
        Assert.Contains("<h2>Confusion</h2>", await ReportAsync("--val-fraction", "0.5"), StringComparison.Ordinal);

    [Fact]
    public async Task A_saved_model_is_reported_with_its_errors()
    {
        // All images lie in the folder of one class, so that those of the other are wrong, unless the model is.
        var data = SmallImages.Draw(_folder.PathOf("data"), perClass: 3, seed: 3);
        string[] folders = [.. Directory.GetDirectories(data).Order(StringComparer.Ordinal)];
        foreach (var file in Directory.GetFiles(folders[1]))
            File.Move(file, Path.Combine(folders[0], $"moved-{Path.GetFileName(file)}"));
        var page = _folder.PathOf("report.html");
        var outcome = await Mlt.RunAsync("report", "--model", trained.Path, "--data", data, "--out", page, "--json");
        outcome.AssertSuccess();
        Assert.Equal(page, outcome.Json.GetProperty("out").GetString());
        Assert.Equal("cifar_resnet20", outcome.Json.GetProperty("model").GetProperty("backbone").GetString());
        var wrong = outcome.Json.GetProperty("errors").GetArrayLength();
        var right = outcome.Json.GetProperty("evaluation").GetProperty("micro_accuracy").GetDouble() * 6;
        Assert.Equal(6, wrong + Math.Round(right));
        Assert.Contains($"The surest {wrong} of {wrong} errors", File.ReadAllText(page), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("it must end in .html", "--out", "report.pdf")]
    [InlineData("--worst", "--worst", "101")]
    [InlineData("--split", "--split", "tset")]
    public async Task What_cannot_be_is_refused(string complaint, params string[] arguments)
    {
        var outcome = await Mlt.RunAsync(["report", "--model", trained.Path, "--data", trained.Validation, .. arguments]);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(complaint, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_size_that_was_left_to_the_training_is_that_of_its_steps() =>
        Assert.Matches("BatchSize</t[hd]>\\s*<td[^>]*>32<", await ReportAsync("--batch-size", "auto"));

    private async Task<string> ReportAsync(string option, string value)
    {
        var reports = _folder.PathOf("reports/today");
        var outcome = await Mlt.RunAsync(
            "train", "--data", SmallImages.Draw(_folder.PathOf("train"), perClass: 4, seed: 1), option, value, "--mode", "features",
            "--backbone", "cifar_resnet20", "--weights", "none", "--epochs", "2", "--precision", "float32", "--cache", "none",
            "--report", reports, "--out", _folder.PathOf("model.zip"));
        outcome.AssertSuccess();
        Assert.Contains($"Report: {reports}/report.html", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(["report.html"], Directory.GetFiles(reports).Select(Path.GetFileName));
        return File.ReadAllText(Path.Combine(reports, "report.html"));
    }
}
