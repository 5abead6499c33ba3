using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using MLTransfer.Benchmarks.Compare;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Features;
using MLTransfer.Models;
using MLTransfer.Training;
using Spectre.Console;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Benchmarks;

/// <summary>How time and memory of training a head grow with the number of images.</summary>
internal sealed class ScaleCommand : MltCommand
{
    private const int Width = 512, Classes = 100, Seed = 1, FewestEpochs = 3;
    private const int RowsTrained = 1_000_000, RowsOfWarmUp = 1000, EpochsOfWarmUp = 50;

    private static readonly int[] DefaultRows = [10_000, 100_000, 1_000_000];

    private readonly Option<int?> _rows = CliOption.Integer(
        "--rows", "So many rows, in this process. [default: 10000, 100000 and 1000000, each in a process of its own]", 1000, 100_000_000);
    private readonly Option<bool> _memory = CliOption.Flag("--in-memory", "Keep the rows in memory, not in a file.");

    internal ScaleCommand(CommandContext context)
        : base(
            "scale", "Trains a head on ten thousand to a million rows of features.", context, $"{BenchmarkTree.Run} scale",
            $"{BenchmarkTree.Run} scale --rows 100000 --in-memory --json") => Accepts(_rows, _memory);

    internal override string Remarks =>
        $$"""
        Rows of {{Width}} numbers around the centers of {{Classes}} classes are generated, written as feature extraction writes those of
        images, and trained on by its defaults, with a tenth as many rows to validate on. A training keeps up to 256 MiB of features in
        memory; here all rows are in files, without --in-memory. write_seconds are those of writing, without generating; epoch_seconds
        the median of the epochs after the first, validation included; memory_bytes the largest resident memory, above that
        after a training on {{RowsOfWarmUp}} rows.

        JSON: [{ rows, write_seconds, epoch_seconds, rows_per_second, accuracy, memory_bytes }]

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var inMemory = parseResult.GetValue(_memory);
        List<ScaleFigures> all = [];
        if (parseResult.GetValue(_rows) is { } rows)
            all.Add(Measure(rows, inMemory, cancel));
        else
        {
            foreach (var number in DefaultRows)
            {
                Context.Words.WriteLine($"{Figures.Count(number)} rows …");
                string[] own = [typeof(ScaleCommand).Assembly.Location, Name, _rows.Name, $"{number}", "--json"];
                var process = await TimedProcess.RunAsync("dotnet", inMemory ? [.. own, _memory.Name] : own, cancel)
                    .ConfigureAwait(false);
                all.AddRange(process.Answer.Deserialize<ScaleFigures[]>(ReportJson.Options)!);
            }
        }
        Render(parseResult, all, () => Screens.ForResults(Context).Write(Table(all)));
        return ExitCode.Done;
    }

    private static ScaleFigures Measure(int rows, bool inMemory, CancellationToken cancel)
    {
        Train(RowsOfWarmUp, EpochsOfWarmUp, inMemory, cancel);
        using var process = Process.GetCurrentProcess();
        var start = Environment.WorkingSet;
        var figures = Train(rows, Math.Max(FewestEpochs, RowsTrained / rows), inMemory, cancel);
        process.Refresh();
        return figures with { MemoryBytes = process.PeakWorkingSet64 - start };
    }

    private static ScaleFigures Train(int rows, int epochs, bool inMemory, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(Seed);
        var centers = randn(Classes, Width, generator: generator);
        using FeatureRows training = Room(rows, inMemory), validation = Room(Math.Max(1, rows / 10), inMemory);
        var seconds = Fill(training, rows, centers, generator) + Fill(validation, Math.Max(1, rows / 10), centers, generator);
        RandomState.Seed(Seed);
        using var head = nn.Linear(Width, Classes);
        var options = new FeatureExtractionOptions { Epochs = epochs };
        FeatureData data = new(training, Labels(rows), options.BatchSize, Seed);
        FeatureData held = new(validation, Labels(validation.Count), options.BatchSize, Seed);
        using var state = new TrainingLoop(options, Seed, TimeProvider.System, progress: null).Run(
            new TrainableModel(head, head, []), data, (_, _, _) => held.Score(head, new(options)), cancel);
        cancel.ThrowIfCancellationRequested();
        var epoch = Median.Of(state.Epochs.Skip(1).Select(result => result.Seconds));
        return new(rows, seconds, epoch, rows / epoch, state.ValidationAccuracy, MemoryBytes: 0);
    }

    private static FeatureRows Room(int rows, bool inMemory) => new(rows, Width, CPU, inMemory: inMemory ? long.MaxValue : 0);

    private static Tensor Labels(int rows) => tensor([.. Enumerable.Range(0, rows).Select(row => (long)row % Classes)]);

    /// <returns>The seconds of writing alone.</returns>
    private static double Fill(FeatureRows features, int rows, Tensor centers, Generator generator)
    {
        var seconds = 0.0;
        foreach (var images in Enumerable.Range(0, rows).Chunk(FrozenModel.BatchSize))
        {
            using var part = NewDisposeScope();
            var own = centers.index_select(0, tensor([.. images.Select(image => (long)image % Classes)]));
            // So far apart that the head is right about most rows, not all.
            var values = own + 4 * randn(images.Length, Width, generator: generator);
            var start = Stopwatch.GetTimestamp();
            features.Write(images, values);
            seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        return seconds;
    }

    private static Table Table(IEnumerable<ScaleFigures> all)
    {
        var table = TextTable.Create("rows", "writing", "an epoch", "rows per second", "accuracy", "memory above the start");
        foreach (var row in all)
        {
            table.Row(
                Figures.Count(row.Rows), Figures.Seconds(row.WriteSeconds), $"{Figures.Number(row.EpochSeconds, "0.00")} s",
                Figures.Count((long)row.RowsPerSecond), Figures.Percent(row.Accuracy), Figures.Bytes(row.MemoryBytes));
        }
        return table;
    }
}

/// <summary>A training on so many rows.</summary>
internal sealed record ScaleFigures(
    int Rows, double WriteSeconds, double EpochSeconds, double RowsPerSecond, double Accuracy, long MemoryBytes);
