using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

public sealed class EvaluatedFilesTests(TrainedModel trained) : IClassFixture<TrainedModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_table_has_a_line_for_each_image_and_the_errors_are_those_where_the_classes_differ()
    {
        // Two of the eight are in the folder of the other class, so that some are wrong however good the model is.
        var data = _folder.PathOf("data");
        SmallImages.Draw(data, perClass: 4, seed: 2);
        string[] folders = [.. Directory.GetDirectories(data).Order(StringComparer.Ordinal)];
        foreach (var file in Directory.GetFiles(folders[0]).Order(StringComparer.Ordinal).Take(2))
            File.Move(file, Path.Combine(folders[1], $"moved-{Path.GetFileName(file)}"));
        File.WriteAllBytes(Path.Combine(folders[1], "broken, \"really\".png"), [1, 2, 3]);
        string table = _folder.PathOf("all.csv"), errors = _folder.PathOf("wrong.txt");
        var outcome = await Mlt.RunAsync(
            "evaluate", "--model", trained.Path, "--data", data, "--predictions", table, "--errors", errors, "--json");
        outcome.AssertSuccess();

        string[] lines = File.ReadAllLines(table);
        string probabilityOf = string.Join(',', SmallImages.Labels.Select(label => $"probability of {label}"));
        Assert.Equal($"file,label,predicted,error,{probabilityOf}", lines[0]);
        Assert.Equal(9, lines.Length - 1);
        Assert.Contains("broken, \"\"really\"\".png\",", Assert.Single(lines, line => line.Contains("broken", StringComparison.Ordinal)),
            StringComparison.Ordinal);
        string[][] read =
            [.. lines.Skip(1).Where(line => !line.Contains("broken", StringComparison.Ordinal)).Select(line => line.Split(','))];
        Assert.All(read, fields =>
        {
            double[] probabilities = [.. fields[4..].Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
            Assert.Equal(1, probabilities.Sum(), 1e-5);
            Assert.Equal(fields[2], SmallImages.Labels[Array.IndexOf(probabilities, probabilities.Max())]);
        });

        string[][] wrong = [.. read.Where(fields => fields[1] != fields[2]).OrderByDescending(fields => fields[4..].Max(Parsed))];
        Assert.NotEmpty(wrong);
        Assert.Equal(wrong.Select(fields => fields[0]), File.ReadAllLines(errors));
        Assert.Equal(8 - wrong.Length, Math.Round(8 * outcome.Json.GetProperty("micro_accuracy").GetDouble()));

        static double Parsed(string field) => double.Parse(field, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task The_table_of_a_model_that_rejects_says_why_it_rejects_an_image()
    {
        string model = _folder.PathOf("rejecting.zip"), table = _folder.PathOf("all.csv");
        var training = await Mlt.RunAsync(
            "train", "--data", trained.Validation, "--val-fraction", "0.5", "--mode", "features", "--backbone", "embedded",
            "--cache", "none", "--reject", "coverage:0.5", "--out", model);
        training.AssertSuccess();
        var outcome = await Mlt.RunAsync(
            "evaluate", "--model", model, "--data", trained.Validation, "--predictions", table, "--json");
        outcome.AssertSuccess();
        string[] lines = File.ReadAllLines(table);
        Assert.StartsWith("file,label,predicted,error,rejected,probability of ", lines[0], StringComparison.Ordinal);
        Assert.Equal(
            outcome.Json.GetProperty("rejected_images").GetInt32(),
            lines.Skip(1).Count(line => line.Contains(",\"its class is not probable enough", StringComparison.Ordinal)));
        Assert.NotEqual(0, outcome.Json.GetProperty("rejected_images").GetInt32());
    }

    [Theory]
    [InlineData("--predictions")]
    [InlineData("--errors")]
    public async Task A_file_that_cannot_be_written_is_refused_before_any_work(string option)
    {
        var outcome = await Mlt.RunAsync(
            "evaluate", "--model", trained.Path, "--data", trained.Validation, option, _folder.PathOf("missing/out.csv"));
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(option, outcome.Error, StringComparison.Ordinal);
    }
}
