using System.CommandLine;
using Microsoft.ML;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>How many wrong labels an inspection finds, and how many right ones it doubts.</summary>
internal sealed class MislabelsCommand : MltCommand
{
    private const int DefaultPerClass = 200, DefaultSeeds = 3;
    private const double DefaultFraction = 0.05;
    private const string DefaultBackbone = "resnet18";
    private const string DefaultWeights = "../shared/weights/resnet18_trunk_imagenet.pth";

    private static readonly string[] DefaultData =
        ["../shared/data/cifar10-train.zip", "../shared/data/hymenoptera", "../shared/data/mnist"];

    private readonly Option<string[]> _data = new("--data")
    {
        HelpName = "DATA",
        Description = $"A data set; may be repeated. [default: {string.Join(", ", DefaultData)}]",
    };

    private readonly Option<int?> _perClass = CliOption.Integer(
        "--images-per-class", $"How many images of each class and split at most. [default: {DefaultPerClass}]", 5, 1_000_000);
    private readonly Option<double?> _fraction = CliOption.Fraction(
        "--fraction", "The fraction of the labels that are changed, each to another class at random. [default: 0.05]");
    private readonly Option<int?> _seeds =
        CliOption.Integer("--seeds", $"How often other labels are changed. [default: {DefaultSeeds}]", 1, 1000);
    private readonly Option<string?> _backbone = CliOption.Text("--backbone", "NAME", $"The backbone. [default: {DefaultBackbone}]");
    private readonly Option<string?> _weights =
        CliOption.Text("--weights", "NAME|FILE", $"Its weights. [default: {DefaultWeights}]");
    private readonly Option<int?> _size =
        CliOption.Integer("--image-size", "The side of what it sees. [default: as of the weights, less for small images]", 8, 4096);

    internal MislabelsCommand(CommandContext context)
        : base(
            "mislabels", "Changes labels at random, and counts how many of them an inspection suspects.", context,
            $"{BenchmarkTree.Run} mislabels",
            $"{BenchmarkTree.Run} mislabels --data flowers --fraction 0.1 --seeds 5 --json") =>
        Accepts(_data, _perClass, _fraction, _seeds, _backbone, _weights, _size);

    internal override string Remarks =>
        """
        Precision: the fraction of the suspect labels that were changed; by chance it would be the fraction of all labels that were.
        Recall: the fraction of the changed labels that are suspect; by chance it would be the fraction of all labels that are. The first
        row of each data set is that with its own labels, whose suspects are false alarms or errors of the data set.

        JSON: [{ data, images, seed, changed, suspect, found, precision, recall, near_duplicates, outliers, accuracy, seconds }]

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var options = new ImageDataInspectionOptions
        {
            Backbone = parseResult.GetValue(_backbone) ?? DefaultBackbone,
            Weights = parseResult.GetValue(_weights) ?? DefaultWeights,
            ImageSize = parseResult.GetValue(_size),
            Cancellation = cancel,
        };
        var (fraction, seeds) = (parseResult.GetValue(_fraction) ?? DefaultFraction, parseResult.GetValue(_seeds) ?? DefaultSeeds);
        List<MislabelFigures> figures = [];
        foreach (var data in parseResult.GetValue(_data) is { Length: > 0 } given ? given : DefaultData)
        {
            var rows = ImageDataset.Open(data).Limited(parseResult.GetValue(_perClass) ?? DefaultPerClass, seed: 1).Rows;
            var cache = Directory.CreateTempSubdirectory("mltransfer-");
            try
            {
                for (var seed = 0; seed <= seeds; seed++)
                {
                    Context.Words.WriteLine($"{data}, {(seed == 0 ? "its own labels" : $"seed {seed}")} …");
                    figures.Add(Measure(
                        Path.GetFileName(data), rows, seed == 0 ? 0 : fraction, seed, options with { CacheFolder = cache.FullName }));
                }
            }
            finally
            {
                cache.Delete(recursive: true);
            }
        }
        Render(parseResult, figures, () => Screens.ForResults(Context).Write(Table(figures)));
        return Task.FromResult(ExitCode.Done);
    }

    private static MislabelFigures Measure(
        string data, IReadOnlyList<ImageRow> rows, double fraction, int seed, ImageDataInspectionOptions options)
    {
        var random = new Random(seed);
        string[] classes = [.. rows.Select(row => row.Label).Distinct().Order(StringComparer.Ordinal)];
        int[] order = [.. Enumerable.Range(0, rows.Count)];
        random.Shuffle(order);
        var labels = rows.Select(row => row.Label).ToArray();
        var changed = order.Take((int)(fraction * rows.Count)).ToArray();
        foreach (var row in changed)
            labels[row] = classes[(Array.IndexOf(classes, labels[row]) + 1 + random.Next(classes.Length - 1)) % classes.Length];
        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadFromEnumerable(
            rows.Zip(labels, (row, label) => new ImageFile { ImagePath = row.ImagePath, Label = label }).ToList());
        var inspection = ml.Data.InspectImages(images, options: options);
        var wrong = changed.Select(row => rows[row].ImagePath).ToHashSet(StringComparer.Ordinal);
        return new(
            data, rows.Count, seed, wrong.Count, inspection.SuspectLabels.Count,
            inspection.SuspectLabels.Count(suspect => wrong.Contains(suspect.Image.ImagePath)), inspection.NearDuplicates.Count,
            inspection.Outliers.Count, inspection.Accuracy, inspection.Seconds);
    }

    private static Table Table(IReadOnlyList<MislabelFigures> figures)
    {
        var table = TextTable.Create(
            "data set", "images", "seed", "changed", "suspect", "found", "precision", "recall", "near duplicates", "outliers", "accuracy",
            "seconds");
        foreach (var row in figures)
        {
            table.Row(
                row.Data, Figures.Count(row.Images), row.Seed == 0 ? "–" : Figures.Count(row.Seed), Figures.Count(row.Changed),
                $"{Figures.Count(row.Suspect)} ({Figures.Percent((double)row.Suspect / row.Images)})", Figures.Count(row.Found),
                Figures.Percent(row.Precision), Figures.Percent(row.Recall), Figures.Count(row.NearDuplicates),
                Figures.Count(row.Outliers), Figures.Percent(row.Accuracy), Figures.Seconds(row.Seconds));
        }
        return table;
    }
}

/// <summary>What one inspection finds of changed labels.</summary>
internal sealed record MislabelFigures(
    string Data, int Images, int Seed, int Changed, int Suspect, int Found, int NearDuplicates, int Outliers, double Accuracy,
    double Seconds)
{
    /// <summary>The fraction of the suspect labels that were changed.</summary>
    public double Precision => Changed == 0 ? double.NaN : (double)Found / Suspect;

    /// <summary>The fraction of the changed labels that are suspect.</summary>
    public double Recall => (double)Found / Changed;
}
