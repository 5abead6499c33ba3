using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Models;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>One kind of work that several sides do, in turns.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its heading.</param>
/// <param name="Summary">What is done, and what is counted.</param>
/// <param name="WarmsUp">Whether a first round, which brings files and code into memory, is not counted.</param>
/// <param name="Settings">What decides the result besides the machine, in words.</param>
/// <param name="OpenAsync">Prepares the sides.</param>
internal sealed record CompareJob(
    string Name, string Title, string Summary, bool WarmsUp, Func<CompareSettings, string> Settings,
    Func<CompareSettings, CancellationToken, Task<OpenJob>> OpenAsync)
{
    /// <summary>All, in the order of the page.</summary>
    internal static IReadOnlyList<CompareJob> All { get; } =
    [
        TrainingJobs.Features, TrainingJobs.FineTuning, TrainingJobs.FineTuningFrom, SdcaJob.Job, PredictionJobs.Single, EnginesJob.Job,
        PredictionJobs.Batch, PredictionJobs.SingleProcess, PredictionJobs.BatchProcess, ForwardJob.Job, LoadJob.Job, ImagesJob.Job,
    ];

    internal static CompareJob Find(string name) => All.First(job => job.Name == name);
}

/// <summary>A side of a job: does the work once and tells what it took.</summary>
/// <param name="Name">The side's name.</param>
/// <param name="MeasureAsync">Returns values of <see cref="FigureKind.All"/>, by their keys.</param>
internal sealed record CompareSide(string Name, Func<CancellationToken, Task<Dictionary<string, double>>> MeasureAsync);

/// <summary>The sides of a job, ready to run.</summary>
/// <param name="Ours">The name of the side that the others are compared with.</param>
/// <param name="Sides">In the order to run in.</param>
/// <param name="Owned">What they need, disposed of with this.</param>
internal sealed record OpenJob(string Ours, IReadOnlyList<CompareSide> Sides, params IReadOnlyList<IDisposable> Owned) : IDisposable
{
    public void Dispose()
    {
        foreach (var owned in Owned) owned.Dispose();
    }
}

/// <summary>What all sides of all jobs share.</summary>
/// <param name="Backbone">The network.</param>
/// <param name="Shared">The folder with peers/ and weights/.</param>
/// <param name="Data">A folder with train/ and val/.</param>
/// <param name="Python">The Python that has torch and torchvision.</param>
/// <param name="Threads">Processor threads of each side.</param>
/// <param name="Epochs">Epochs with frozen layers.</param>
/// <param name="FineTuningEpochs">Epochs of fine-tuning.</param>
/// <param name="TrainFrom">The first layer to train in fine-tuning from a layer; null: the usual one of the backbone.</param>
/// <param name="Tool">The tool's mlt.dll, for whole processes.</param>
/// <param name="Scratch">A folder for files that nobody needs afterwards.</param>
internal sealed record CompareSettings(
    Backbone Backbone, string Shared, string Data, string Python, int Threads, int Epochs, int FineTuningEpochs, string? TrainFrom,
    string Tool, string Scratch)
{
    private static readonly Dictionary<string, (string Weights, string Layer)> Known = new()
    {
        ["resnet18"] = ("resnet18_trunk_imagenet.pth", "layer4"),
        ["mobilenet_v1_b12"] = ("mobilenet_v1_b12_imagenet.pth", "features.21"),
    };

    internal static string KnownNames => string.Join(", ", Known.Keys);

    internal string Training => Path.Combine(Data, "train");

    internal string Validation => Path.Combine(Data, "val");

    internal string PeerFolder => Path.Combine(Shared, "peers");

    internal string PeerScript => Paths.ExistingFile("--shared", Path.Combine(PeerFolder, "tutorial.py"));

    /// <summary>The pretrained weights; null: random ones.</summary>
    internal string? Weights => Known.TryGetValue(Backbone.Name, out var known)
        ? Paths.ExistingFile("--shared", Path.Combine(Shared, "weights", known.Weights)) : null;

    /// <exception cref="UsageException">None was given, and there is no usual one.</exception>
    internal string FirstTrained => TrainFrom ?? (Known.TryGetValue(Backbone.Name, out var known)
        ? known.Layer
        : throw new UsageException(
            $"--train-from is missing: no usual layer of '{Backbone.Name}' is known here. 'mlt models {Backbone.Name}' lists its layers."));

    internal static string InWords(int epochs) => epochs == 1 ? "1 epoch" : string.Create(CultureInfo.InvariantCulture, $"{epochs} epochs");
}
