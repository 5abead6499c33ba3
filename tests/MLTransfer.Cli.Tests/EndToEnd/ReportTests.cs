using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class ReportTests : IDisposable
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
    public async Task A_training_with_images_held_back_is_reported_without_tables_by_class() =>
        Assert.Contains("no results by class", await ReportAsync("--val-fraction", "0.5"), StringComparison.Ordinal);

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
