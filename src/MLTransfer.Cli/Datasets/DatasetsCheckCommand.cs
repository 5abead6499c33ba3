using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets check': shows what is in a data set and what is wrong with it.</summary>
internal sealed class DatasetsCheckCommand : MltCommand
{
    internal const string ReportName = "dataset.html";

    private readonly Argument<string> _data;
    private readonly DatasetOptions _dataset = new();
    private readonly Option<int?> _smallest = CliOption.Integer(
        "--smallest-side", "Report an image as tiny if its shorter side is below this many pixels. [default: 32]", 1, 100_000);
    private readonly Option<int?> _near = CliOption.Integer(
        "--near", "Report images as near duplicates if their 64-bit perceptual hashes differ in at most N bits. [default: 6]", 0, 15);
    private readonly Option<string?> _report =
        CliOption.Text("--report", "DIR",
        $"Folder for {ReportName}, a page with thumbnails: problems first, then images of each class.");
    private readonly Option<bool> _strict = CliOption.Flag("--strict", "Exit with 1 if there are problems.");
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    internal DatasetsCheckCommand(CommandContext context)
        : base("check", "Checks every image: sizes, unreadable files, duplicates within and across splits and classes, and more.",
            context,
            "mlt datasets check images",
            "mlt datasets check images --report check",
            "mlt datasets check manifest.csv --strict --json")
    {
        _data = DataArgument.Create();
        Accepts([_data, _smallest, _near, _report, _strict, .. _dataset.All, _maximumPixels, _threads]);
    }

    internal override string Remarks =>
        """
        Leakage: the same image in two splits, so the model is measured on images it was trained on. Label conflict: the same image in two
        classes. Near: images that look the same although their files differ, for example after recompression or resizing.
        Left out: files that may be images and are not read. Hidden files and files that are not images are counted, but are not a problem.
        'mlt datasets inspect' finds what needs a network: labels that may be wrong, mirrored and cropped copies, outliers.

        JSON: { path, format, images, classes: [{ label, images, splits: { split: images } }],
                sizes?: { smallest, median, largest: [width, height] },
                problems: [{ kind: unreadable|left-out|label-conflict|leakage|near-label-conflict|near-leakage|duplicate|near-duplicate|
                one-colour|tiny|wrong-extension|missing-class|imbalance, note, images: [{ file, label, split? }] }],
                left_out: [{ kind: format|hidden|stray|repeated, extension?, names }], seconds, report? }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var report = parseResult.GetValue(_report) is { } folder
            ? OutputFile.Checked(_report.Name, Path.Combine(Paths.NewFolder(_report.Name, folder), ReportName)) : null;
        var data = parseResult.GetRequiredValue(_data);
        var dataset = DataArgument.Open(data, _dataset.Bind(parseResult, data));
        var defaults = new InspectionOptions();
        var options = defaults with
        {
            SmallestSide = parseResult.GetValue(_smallest) ?? defaults.SmallestSide,
            NearDistance = parseResult.GetValue(_near) ?? defaults.NearDistance,
            MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels)),
            Threads = parseResult.GetValue(_threads) ?? Threads.Default,
        };
        var findings = await Screens.WithBarsAsync(Context, bars => DatasetInspection.Run(
            dataset, options, bars is null ? null : new Bar(bars.AddTask("checking images")), cancel)).ConfigureAwait(false);
        if (report is not null)
            DatasetReport.Write(report.Path, findings, cancel);
        Render(parseResult, CheckJson.From(findings, report?.Path), () => CheckView.Show(findings, report?.Path, Context));
        return parseResult.GetValue(_strict) && findings.Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;
    }

    private sealed class Bar(ProgressTask task) : IProgress<InspectionProgress>
    {
        public void Report(InspectionProgress value) => (task.MaxValue, task.Value) = (value.Total, value.Done);
    }
}
