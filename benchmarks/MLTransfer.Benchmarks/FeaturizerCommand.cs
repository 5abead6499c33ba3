using System.CommandLine;
using System.Diagnostics;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>ML.NET's own featurizer and ours before the same trainer, in one program.</summary>
internal sealed class FeaturizerCommand : MltCommand
{
    private const int DefaultRounds = 1;
    private const string DefaultData = "../shared/data/hymenoptera";
    private const string DefaultWeights = "../shared/weights/resnet18_trunk_imagenet.pth";
    private const string DefaultBackbone = "resnet18";

    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", $"A folder with train/ and val/. [default: {DefaultData}]");
    private readonly Option<string?> _backbone = CliOption.Text("--backbone", "NAME", $"Our backbone. [default: {DefaultBackbone}]");
    private readonly Option<string?> _weights = CliOption.Text("--weights", "NAME|FILE", $"Its weights. [default: {DefaultWeights}]");
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each is measured, in turns. [default: {DefaultRounds}]", 1, 1000);

    internal FeaturizerCommand(CommandContext context)
        : base(
            "featurizer", "Times ML.NET's DnnFeaturizeImage (ResNet-18) and ExtractImageFeatures, each before SDCA.", context,
            $"{BenchmarkTree.Run} featurizer",
            $"{BenchmarkTree.Run} featurizer --data flowers --rounds 3 --json") =>
        Accepts(_data, _backbone, _weights, _rounds);

    internal override string Remarks =>
        """
        Both read the images, compute features, train SDCA on train/ and predict val/, from files to predictions. A first run of either on
        16 images, which brings libraries into memory, is not timed.

        JSON: { data, images, peer: FIGURES, ours: FIGURES, ratio, processor_ratio }; ratios say how many times as fast ours is
              FIGURES: { name, seconds, processor_seconds, images_per_second, accuracy }; processor_seconds are those of all threads

        """;

    protected override Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var data = Paths.ExistingFolder("--data", parseResult.GetValue(_data) ?? DefaultData);
        var options = new ImageFeatureOptions
        {
            InputColumnName = nameof(ImageFile.ImagePath),
            Backbone = parseResult.GetValue(_backbone) ?? DefaultBackbone,
            Weights = parseResult.GetValue(_weights) ?? DefaultWeights,
        };
        var report = FeaturizerRun.Compare(data, options, parseResult.GetValue(_rounds) ?? DefaultRounds, Context.Error, cancel);
        Render(parseResult, report, () => Screens.ForResults(Context).Write(report.Table()));
        return Task.FromResult(ExitCode.Done);
    }
}

/// <summary>Runs both pipelines in turns.</summary>
internal static class FeaturizerRun
{
    private const int Warming = 16;

    internal static FeaturizerReport Compare(
        string data, ImageFeatureOptions options, int rounds, TextWriter messages, CancellationToken cancel)
    {
        var ml = new MLContext(seed: 1);
        var train = ml.Data.LoadImageFolder(Path.Combine(data, "train"));
        var validation = ml.Data.LoadImageFolder(Path.Combine(data, "val"));
        // Created for each run: a disposed model of ML.NET's featurizer takes its estimator's network along.
        Func<IEstimator<ITransformer>> theirs = () => Peer(ml), ours = () => ml.Transforms.ExtractImageFeatures(options);
        messages.WriteLine("warming up …");
        var some = ml.Data.TakeRows(ml.Data.ShuffleRows(train, seed: 1), Warming);
        Run(ml, theirs, some, some);
        Run(ml, ours, some, some);
        List<FeaturizerFigures> theirRuns = [], ourRuns = [];
        for (var round = 1; round <= rounds; round++)
        {
            messages.WriteLine($"round {round} of {rounds} …");
            cancel.ThrowIfCancellationRequested();
            theirRuns.Add(Run(ml, theirs, train, validation) with { Name = "DnnFeaturizeImage" });
            ourRuns.Add(Run(ml, ours, train, validation) with { Name = "ExtractImageFeatures" });
        }
        return new(data, Count(train) + Count(validation), Median(theirRuns), Median(ourRuns));
    }

    private static IEstimator<ITransformer> Peer(MLContext ml) => ml.Transforms.LoadImages("Image", "", nameof(ImageFile.ImagePath))
        .Append(ml.Transforms.ResizeImages("Image", 224, 224))
        .Append(ml.Transforms.ExtractPixels("Pixels", "Image"))
        .Append(ml.Transforms.DnnFeaturizeImage(
            "Features", factory => factory.ModelSelector.ResNet18(ml, factory.OutputColumn, factory.InputColumn),
            "Pixels"));

    private static FeaturizerFigures Run(MLContext ml, Func<IEstimator<ITransformer>> features, IDataView train, IDataView validation)
    {
        var clock = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var model = ml.Transforms.Conversion.MapValueToKey("Label").Append(features()).AppendCacheCheckpoint(ml)
            .Append(ml.MulticlassClassification.Trainers.SdcaMaximumEntropy()).Fit(train);
        var accuracy = ml.MulticlassClassification.Evaluate(model.Transform(validation)).MicroAccuracy;
        var seconds = clock.Elapsed.TotalSeconds;
        var busy = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        model.Dispose();
        return new("", seconds, busy, (Count(train) + Count(validation)) / seconds, accuracy);
    }

    private static int Count(IDataView images) => images.GetColumn<string>(nameof(ImageFile.ImagePath)).Count();

    private static FeaturizerFigures Median(List<FeaturizerFigures> runs) => runs.OrderBy(run => run.Seconds).ElementAt(runs.Count / 2);
}

/// <summary>Both pipelines on the same images.</summary>
internal sealed record FeaturizerReport(string Data, int Images, FeaturizerFigures Peer, FeaturizerFigures Ours)
{
    /// <summary>How many times as fast ours is.</summary>
    public double Ratio => Peer.Seconds / Ours.Seconds;

    /// <summary>The same by processor time, which other programs on the machine change less.</summary>
    public double ProcessorRatio => Peer.ProcessorSeconds / Ours.ProcessorSeconds;

    internal Table Table()
    {
        var table = TextTable.Create("featurizer", "seconds", "processor", "images", "accuracy", "times as fast", "by processor");
        foreach (var run in new[] { Peer, Ours })
        {
            table.Row(
                run.Name, Figures.Seconds(run.Seconds), Figures.Seconds(run.ProcessorSeconds), Figures.Speed(run.ImagesPerSecond),
                Figures.Percent(run.Accuracy), Figures.Number(Peer.Seconds / run.Seconds, "0.00") + " ×",
                Figures.Number(Peer.ProcessorSeconds / run.ProcessorSeconds, "0.00") + " ×");
        }
        return table;
    }
}

/// <summary>One pipeline, from image files to predictions.</summary>
internal sealed record FeaturizerFigures(
    string Name, double Seconds, double ProcessorSeconds, double ImagesPerSecond, double Accuracy);
