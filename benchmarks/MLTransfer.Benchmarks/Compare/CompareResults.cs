using System.Text.Json;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>What one side of a job took in one round: a value for some of <see cref="FigureKind.All"/>, by their keys.</summary>
internal sealed record SideFigures(string Side, IReadOnlyDictionary<string, double> Figures);

/// <summary>One round of a job: every side once, one after the other.</summary>
/// <param name="Job">Its name.</param>
/// <param name="Backbone">The network.</param>
/// <param name="Settings">What else decides the result, such as the number of epochs; in words.</param>
/// <param name="Round">Counted from 1.</param>
/// <param name="Ours">The side that the others are compared with.</param>
/// <param name="Sides">In the order that they ran in.</param>
/// <param name="Conditions">The machine and the versions.</param>
internal sealed record CompareRound(
    string Job, string Backbone, string Settings, int Round, string Ours, IReadOnlyList<SideFigures> Sides, Conditions Conditions);

/// <summary>A quantity that is measured.</summary>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Title">Its name in tables, with the unit.</param>
/// <param name="Format">How a value is written.</param>
/// <param name="Better">Which values are better; null where sides are not compared by it.</param>
internal sealed record FigureKind(string Key, string Title, string Format, Better? Better)
{
    internal const string Seconds = "seconds", ImagesPerSecond = "images_per_second", ProcessorMilliseconds = "processor_ms",
        Load = "load_ms", First = "first_ms", One = "one_ms", OneAtATime = "batch_1_ms", ThirtyTwo = "batch_32_ms",
        GigaflopsPerSecond = "gflops_per_second", Accuracy = "accuracy", Memory = "peak_mib";

    /// <summary>All, in the order of tables.</summary>
    internal static IReadOnlyList<FigureKind> All { get; } =
    [
        new(Seconds, "seconds", "0.00", Compare.Better.Lower),
        new(ImagesPerSecond, "images per second", "0.0", Compare.Better.Higher),
        new(ProcessorMilliseconds, "processor time of an image, ms", "0.00", Compare.Better.Lower),
        new(Load, "loading, ms", "0.0", Compare.Better.Lower),
        new(First, "first prediction, ms", "0.0", Compare.Better.Lower),
        new(One, "a later prediction, ms", "0.00", Compare.Better.Lower),
        new(OneAtATime, "one image, ms", "0.00", Compare.Better.Lower),
        new(ThirtyTwo, "32 images, ms", "0.0", Compare.Better.Lower),
        new(GigaflopsPerSecond, "GFLOP/s", "0", null),
        new(Accuracy, "accuracy, %", "0.0", null),
        new(Memory, "peak memory, MiB", "0", Compare.Better.Lower),
    ];
}

/// <summary>Which values of a figure are better.</summary>
internal enum Better
{
    /// <summary>Small ones: time and memory.</summary>
    Lower,

    /// <summary>Large ones: throughput.</summary>
    Higher,
}

/// <summary>The rounds so far, and the file of JSON lines that keeps them, if there is one.</summary>
internal sealed class CompareResults
{
    private readonly string? _path;
    private readonly List<CompareRound> _rounds = [];

    /// <param name="path">The file; it need not exist. Null: rounds are kept in memory only.</param>
    /// <exception cref="UsageException">The file has something else.</exception>
    internal CompareResults(string? path)
    {
        _path = path;
        if (path is null || !File.Exists(path)) return;
        try
        {
            _rounds.AddRange(File.ReadLines(path).Where(line => line.Length > 0)
                .Select(line => JsonSerializer.Deserialize<CompareRound>(line, ReportJson.Options)!));
        }
        catch (JsonException damage)
        {
            throw new UsageException(
                $"--results is '{path}', which has lines that 'compare' did not write: {damage.Message} Name another file.", damage);
        }
    }

    internal IReadOnlyList<CompareRound> All => _rounds;

    internal bool Has(string job, string backbone, string settings, int round) => _rounds.Any(
        each => (each.Job, each.Backbone, each.Settings, each.Round) == (job, backbone, settings, round));

    /// <summary>Figures from several machines or versions would be compared with each other.</summary>
    /// <exception cref="UsageException">The file has rounds that were measured under other conditions.</exception>
    internal void RequireSame(Conditions conditions)
    {
        if (_rounds.Find(round => round.Conditions != conditions) is { } other)
            throw new UsageException(
                $"--results is '{_path}', whose rounds were measured with {other.Conditions.Summary}; now it is {conditions.Summary}. "
                + "Name another file.");
    }

    internal void Add(CompareRound round)
    {
        _rounds.Add(round);
        if (_path is not null) File.AppendAllText(_path, JsonSerializer.Serialize(round, ReportJson.Options) + "\n");
    }
}
