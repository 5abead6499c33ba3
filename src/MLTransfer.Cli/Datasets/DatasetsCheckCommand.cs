using System.CommandLine;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets check': what is in a data set, and what is wrong with it.</summary>
internal sealed class DatasetsCheckCommand : MltCommand
{
    internal const string ReportName = "dataset.html";

    private readonly Argument<string> _data;
    private readonly DatasetOptions _dataset = new();
    private readonly Option<int?> _smallest =
        CliOption.Integer("--smallest-side", "An image with a shorter side is tiny, in pixels. [default: 32]", 1, 100_000);
    private readonly Option<int?> _near = CliOption.Integer(
        "--near", "In how many of the 64 bits of their hashes images that look the same may differ. [default: 6]", 0, 15);
    private readonly Option<string?> _report =
        CliOption.Text("--report", "DIR",
        $"Where a page with thumbnails goes, as {ReportName}: problems first, then images of each class.");
    private readonly Option<bool> _strict = CliOption.Flag("--strict", "Exit with 1 where there are problems.");
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    internal DatasetsCheckCommand(CommandContext context)
        : base("check", "Looks at every image: counts, sizes, unreadable files, duplicates within and across splits and classes, and more.",
            context,
            "mlt datasets check images",
            "mlt datasets check images --report check",
            "mlt datasets check manifest.csv --strict --json")
    {
        _data = DataArgument.New();
        Accepts([_data, _smallest, _near, _report, _strict, .. _dataset.All, _maximumPixels, _threads]);
    }

    internal override string Remarks =>
        """
        Leakage: the same image in two splits, so that what is measured was trained on. Label conflict: the same image in two classes.
        Near: images that look the same though their files differ, as after another compression or in another size.
        Left out: files that may be images and are not read. Hidden files and others that are no images are counted, but are no problem.

        JSON: { path, format, images, classes: [{ label, images, splits: { split: images } }], sizes?: { smallest, median, largest: [width, height] },
                problems: [{ kind: unreadable|left-out|label-conflict|leakage|near-label-conflict|near-leakage|duplicate|near-duplicate|one-colour|
                tiny|wrong-extension|missing-class|imbalance, note, images: [{ file, label, split? }] }],
                left_out: [{ kind: format|hidden|stray|repeated, extension?, names }], seconds, report? }

        """;

    protected override async Task<int> RunAsync(ParseResult asked, CancellationToken cancel)
    {
        var report = asked.GetValue(_report) is { } folder
            ? OutputFile.Checked(_report.Name, Path.Combine(Paths.NewFolder(_report.Name, folder), ReportName)) : null;
        var data = asked.GetRequiredValue(_data);
        var dataset = DataArgument.Open(data, _dataset.Of(asked, data));
        var usual = new InspectionOptions();
        var options = usual with
        {
            SmallestSide = asked.GetValue(_smallest) ?? usual.SmallestSide,
            NearDistance = asked.GetValue(_near) ?? usual.NearDistance,
            MaximumPixels = PixelLimit.Of(asked.GetValue(_maximumPixels)),
            Threads = asked.GetValue(_threads) ?? Threads.Default,
        };
        var findings = await CheckScreen.WatchAsync(Context, progress => DatasetInspection.Run(dataset, options, progress, cancel))
            .ConfigureAwait(false);
        if (report is not null)
            DatasetReport.Write(report.Path, findings, cancel);
        if (WantsJson(asked))
            Json.WriteTo(Context.Output, CheckJson.Of(findings, report?.Path));
        else
            CheckView.Show(findings, report?.Path, Context);
        return asked.GetValue(_strict) && findings.Problems.Count > 0 ? ExitCode.Failed : ExitCode.Done;
    }
}
