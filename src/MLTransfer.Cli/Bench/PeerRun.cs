using System.Globalization;
using System.Text.Json;

namespace MLTransfer.Cli.Bench;

/// <summary>The work of 'mlt bench peer'.</summary>
internal static class PeerRun
{
    internal static async Task<PeerComparison> CompareAsync(PeerRequest request, string mode, TextWriter words, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("mlt-bench-");
        try
        {
            words.WriteLine($"{mode}: the peer …");
            var peer = await PeerAsync(request, mode, cancel).ConfigureAwait(false);
            words.WriteLine($"{mode}: mlt train …");
            var ours = await OursAsync(request, mode, folder.FullName, cancel).ConfigureAwait(false);
            var warm = mode == PeerRequest.Features ? await OursAsync(request, mode, folder.FullName, cancel).ConfigureAwait(false) : null;
            return new(mode, request.Backbone, request.Epochs, request.Threads, peer, ours, warm);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<PeerTiming> PeerAsync(PeerRequest request, string mode, CancellationToken cancel)
    {
        var (seconds, answer) = await TimedProcess.RunAsync(
            request.Python, [request.Script, "--data", request.Data, "--mode", mode, .. Common(request)], cancel).ConfigureAwait(false);
        return new(seconds, Number(answer, "best_val_accuracy"), Number(answer, "train_images_per_second"));
    }

    private static async Task<PeerTiming> OursAsync(PeerRequest request, string mode, string folder, CancellationToken cancel)
    {
        string[] cache = mode == PeerRequest.Features ? ["--cache", Path.Combine(folder, "cache")] : [];
        var (seconds, answer) = await TimedProcess.RunAsync(
            Environment.ProcessPath!,
            [
                .. Self(), "train", "--data", request.Training, "--val", request.Validation, "--mode", mode, .. Common(request),
                .. cache, "--out", Path.Combine(folder, "model.zip"), "--json",
            ],
            cancel).ConfigureAwait(false);
        var speed = mode == PeerRequest.Features ? ImagesTrainedPerSecond(answer) : Number(answer, "images_per_second");
        return new(seconds, Number(answer, "val_accuracy"), speed);
    }

    // What 'mlt train' calls images per second is, with frozen features, those that went through the backbone, each once.
    // The peer counts every training image once an epoch, and so does this.
    private static double ImagesTrainedPerSecond(JsonElement answer)
    {
        var seconds = answer.GetProperty("seconds");
        return Number(answer, "train_images") * Number(answer, "epochs") / (Number(seconds, "features") + Number(seconds, "training"));
    }

    private static string[] Common(PeerRequest request) =>
    [
        "--backbone", request.Backbone, "--weights", request.Weights,
        "--epochs", request.Epochs.ToString(CultureInfo.InvariantCulture), "--threads",
        request.Threads.ToString(CultureInfo.InvariantCulture),
    ];

    // Started as 'dotnet mlt.dll', this process is dotnet.
    private static string[] Self() =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(PeerRun).Assembly.Location] : [];

    private static double Number(JsonElement answer, string name) => answer.TryGetProperty(name, out var number)
        ? number.GetDouble()
        : throw new InvalidDataException($"The answer has no '{name}': {answer}");
}
