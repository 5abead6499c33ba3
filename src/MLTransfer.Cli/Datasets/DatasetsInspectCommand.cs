using System.CommandLine;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Cli.Train;
using MLTransfer.Cli.Weights;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using Spectre.Console;

namespace MLTransfer.Cli.Datasets;

/// <summary>'mlt datasets inspect': what the features of a pretrained backbone tell about a data set.</summary>
internal sealed class DatasetsInspectCommand : MltCommand
{
    internal const string ReportName = "inspection.html";

    private static readonly ImageDataInspectionOptions Defaults = new();

    private readonly Argument<string> _data;
    private readonly DatasetOptions _dataset = new();
    private readonly Option<string?> _backbone = CliOption.Text(
        "--backbone", "NAME", $"The network whose features are compared; embedded needs no download. [default: {Defaults.Backbone}]");
    private readonly Option<string?> _weights = CliOption.Text(
        "--weights", "NAME|FILE", $"Its pretrained weights. [default: {Defaults.Weights}]");
    private readonly Option<int?> _size = CliOption.Integer(
        "--image-size", "The side in pixels of what the network sees. [default: as of the weights, less for small images]", 8, 4096);
    private readonly Option<string?> _split = CliOption.Text(
        "--split", "NAME[,NAME]", "Inspect only these splits. [default: all, together]");
    private readonly Option<int?> _folds = CliOption.Integer(
        "--folds", $"Folds of the cross-validation. [default: {Defaults.Folds}]", 2, 50);
    private readonly Option<double?> _support = CliOption.Ratio(
        "--suspect-support",
        "Suspect a label whose probability is below X times the fraction of images that have it; higher finds more, and raises more false "
        + $"alarms. [default: {Defaults.SuspectSupport}]");
    private readonly StoreOptions _store = new();
    private readonly Option<string?> _cache = CliOption.Text(
        "--cache", $"DIR|{TrainOptions.None}", "Where features are kept for the next time. [default: the cache of mlt]");
    private readonly Option<int?> _seed = CliOption.Integer(
        "--seed", $"Decides the folds. [default: {TrainOptions.DefaultSeed}]", 0, int.MaxValue);
    private readonly Option<string?> _report = CliOption.Text(
        "--report", "DIR", $"Folder for {ReportName}, a page with thumbnails of all findings.");
    private readonly Option<string?> _list = CliOption.Text(
        "--list", "FILE.csv", "Where the suspect labels go as a table: image, label, suggested label, their probabilities, split.");
    private readonly Option<int?> _maximumPixels = PixelLimit.Option();
    private readonly Option<int?> _threads = Threads.Option();

    internal DatasetsInspectCommand(CommandContext context)
        : base("inspect", "Looks at the images through a pretrained network: wrong labels, near duplicates, outliers, and more.", context,
            "mlt datasets inspect images",
            "mlt datasets inspect images --report inspection --list suspects.csv",
            "mlt datasets inspect manifest.csv --backbone embedded --split train --json")
    {
        _data = DataArgument.Create();
        Accepts([_data, _backbone, _weights, _size, _split, _folds, _support, .. _dataset.All, _store.Folder, _store.Mirror, _store.Offline,
            _cache, _seed, _report, _list, _maximumPixels, _threads]);
    }

    internal override string Remarks =>
        """
        Suspect labels: linear heads, trained on the other images, find the label improbable and another one more probable.
        Near duplicates: the same image again, also mirrored, cropped, recompressed or brightened; leakage if in two splits.
        Outliers: images unlike all others. Each is a suggestion for a person to look at.
        'mlt datasets check' is faster, needs no network, and finds unreadable files and copies.

        JSON: { data, backbone, image_size, images, accuracy, classes: [{ label, images, accuracy }],
                suspect_labels: [{ image: IMAGE, suggested_label, label_probability, suggested_probability, support }],
                near_duplicates: [{ images: [IMAGE], similarity, labels_disagree, is_leakage }],
                outliers: [{ image: IMAGE, distance, score }],
                confusable_classes: [{ first, second, rate, first_as_second: [IMAGE], second_as_first: [IMAGE] }],
                learning_curve: [{ images, accuracy, deviation }], estimated_accuracy, estimated_accuracy_with_twice,
                skipped: [{ file, reason }], seconds, report?, list? }; IMAGE: { file, label, split? }

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var report = parseResult.GetValue(_report) is { } folder
            ? OutputFile.Checked(_report.Name, Path.Combine(Paths.NewFolder(_report.Name, folder), ReportName)) : null;
        var list = parseResult.GetValue(_list) is { } file ? OutputFile.Checked(_list.Name, file) : null;
        var options = Asked(parseResult, cancel);
        var choice = Translated(options.Resolve);
        if (choice.Weights.File is { } own)
            Paths.ExistingFile(_weights.Name, own);
        var dataset = Opened(parseResult);
        await TrainWeights.GetAsync(choice.Weights, options.WeightStore, Context, WantsJson(parseResult), cancel).ConfigureAwait(false);
        Threads.Use(parseResult.GetValue(_threads));
        var ml = new MLContext(parseResult.GetValue(_seed) ?? TrainOptions.DefaultSeed);
        var inspection = await Screens.WithBarsAsync(Context, bars => Translated(() => ml.Data.InspectImages(
            dataset, options with { Progress = bars is null ? null : new Bars(bars) }))).ConfigureAwait(false);
        if (report is not null)
            inspection.WriteReport(report.Path, cancel: cancel);
        list?.Write(stream => InspectView.WriteSuspects(inspection, stream));
        Render(parseResult, InspectJson.From(dataset, inspection, report?.Path, list?.Path),
            () => InspectView.Show(dataset, inspection, Context));
        foreach (var written in new[] { report, list }.OfType<OutputFile>())
            Context.Words.WriteLine($"written: {written.Path}");
        return ExitCode.Done;
    }

    private ImageDataInspectionOptions Asked(ParseResult parseResult, CancellationToken cancel) => Defaults with
    {
        Backbone = parseResult.GetValue(_backbone) ?? Defaults.Backbone,
        Weights = parseResult.GetValue(_weights) ?? Defaults.Weights,
        WeightStore = _store.CreateStore(parseResult, Context),
        ImageSize = parseResult.GetValue(_size),
        Folds = parseResult.GetValue(_folds) ?? Defaults.Folds,
        SuspectSupport = parseResult.GetValue(_support) ?? Defaults.SuspectSupport,
        CacheFolder = parseResult.GetValue(_cache) switch
        {
            null => Context.CacheFolder is { } cache ? Path.Combine(cache, CacheFolders.Features) : null,
            TrainOptions.None => null,
            var folder => Paths.NewFolder(_cache.Name, folder),
        },
        MaximumPixels = PixelLimit.OrDefault(parseResult.GetValue(_maximumPixels)),
        LoaderThreads = parseResult.GetValue(_threads) ?? 0,
        Cancellation = cancel,
    };

    private ImageDataset Opened(ParseResult parseResult)
    {
        var data = parseResult.GetRequiredValue(_data);
        var dataset = DataArgument.Open(data, _dataset.Bind(parseResult, data));
        const StringSplitOptions names = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        return parseResult.GetValue(_split)?.Split(',', names) is { Length: > 0 } splits ? TrainSplits.Chosen(dataset, splits) : dataset;
    }

    private static T Translated<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (OptionException refusal)
        {
            throw TypedNames.Refusal(refusal);
        }
    }

    // A progress bar for each phase.
    private sealed class Bars(ProgressContext context) : IProgress<ImageDataInspectionProgress>
    {
        private readonly Dictionary<ImageDataInspectionPhase, ProgressTask> _tasks = [];

        public void Report(ImageDataInspectionProgress value)
        {
            if (!_tasks.TryGetValue(value.Phase, out var task))
                task = _tasks[value.Phase] = context.AddTask(Description(value.Phase));
            (task.MaxValue, task.Value) = (value.Total, value.Done);
        }

        private static string Description(ImageDataInspectionPhase phase) => phase switch
        {
            ImageDataInspectionPhase.Features => "computing features",
            ImageDataInspectionPhase.Neighbors => "comparing images",
            _ => "training heads",
        };
    }
}
