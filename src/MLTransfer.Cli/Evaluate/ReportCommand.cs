using System.CommandLine;
using System.Text;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Cli.Evaluate;

/// <summary>'mlt report': a page about a saved model and what labeled images say of it.</summary>
internal sealed class ReportCommand : MltCommand
{
    private const string DefaultOut = "report.html", Html = ".html";

    private readonly ScoredData _images = new();
    private readonly Option<string?> _out = CliOption.Text("--out", "FILE", $"Page to write ({Html}). [default: {DefaultOut}]");
    private readonly Option<int?> _worst = CliOption.Integer(
        "--worst", "How many errors are shown with what speaks for the wrong class, the surest first. [default: 24]", 0,
        ModelReportOptions.MostErrors);

    private readonly Option<string?> _training = CliOption.Text(
        "--training-data", "DATA", "The training images, in the same forms, or a data set with a split of them: the report then shows "
        + "which of --data are among them.");

    internal ReportCommand(CommandContext context)
        : base("report", "Writes a page about a model: classes, confusions with their images, calibration, the worst errors.", context,
            "mlt report --model flowers.zip --data flowers/val",
            "mlt report --model digits.zip --data mnist --split test --out digits.html",
            "mlt report --model flowers.zip --data flowers/val --training-data flowers/train",
            "mlt report --model flowers.zip --data flowers/val --json > report.json") =>
        Accepts([.. _images.First, _out, _training, _worst, .. _images.Last]);

    internal override string Remarks =>
        """
        The page needs no other file, no script and no network. Figures and images are those of --data, which the model should not have
        been trained on.

        JSON: { out, model: { backbone, head, image_size, temperature, labels }, evaluation: what 'mlt evaluate --json' prints,
                errors: [{ file, label, predicted, probability }], suspects: [those whose label may be wrong, alike],
                leaks?: [{ note, images: [{ file, label, split }] }] }

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var data = _images.Open(parseResult, Context);
        var path = parseResult.GetValue(_out) ?? DefaultOut;
        if (!path.EndsWith(Html, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"--out is '{path}'; it must end in {Html}.");
        var output = OutputFile.Checked("--out", path);
        var training = parseResult.GetValue(_training) is { } trainedOn
            ? _images.Training(parseResult, Paths.Existing("--training-data", trainedOn)) : null;
        using var classifier = _images.Model(parseResult);
        var result = ScoredData.Evaluate(classifier, data, cancel);
        foreach (var image in result.Skipped)
            Context.Error.WriteLine($"skipped '{image.Name}': {image.Error}");
        var options = new ModelReportOptions { Cancellation = cancel, TrainingImages = training };
        if (parseResult.GetValue(_worst) is { } worst)
            options = options with { WorstErrors = worst };
        var leaks = ModelReport.Leaks(classifier, result, options);
        var page = ModelReport.Page(classifier, result, leaks, options);
        output.Write(stream => stream.Write(Encoding.UTF8.GetBytes(page.Source)));
        Render(
            parseResult, ModelReportJson.Of(classifier, result, leaks) with { Out = output.Path },
            () => Context.Output.WriteLine(
                $"{Figures.Percent(result.Report.MicroAccuracy)} of {Figures.Counted(result.Report.Images, "image", "images")} right. "
                + $"Report: '{output.Path}'"));
        return Task.FromResult(ExitCode.Done);
    }
}
