using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MLTransfer.Cli;

namespace MLTransfer.Benchmarks;

/// <summary>Runs both sides as processes of their own.</summary>
internal static class PeerRun
{
    internal static async Task<PeerComparison> CompareAsync(PeerRequest request, string mode, TextWriter messages, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("mlt-bench-");
        try
        {
            messages.WriteLine($"{mode}: the peer …");
            var peer = await PeerAsync(request, mode, cancel).ConfigureAwait(false);
            messages.WriteLine($"{mode}: mlt train …");
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
            "dotnet",
            [
                typeof(MltApplication).Assembly.Location, "train", "--data", request.Training, "--val", request.Validation,
                "--mode", mode, .. Common(request), .. cache, "--out", Path.Combine(folder, "model.zip"), "--json",
            ],
            cancel).ConfigureAwait(false);
        var speed = mode == PeerRequest.Features ? ImagesTrainedPerSecond(answer) : Number(answer, "images_per_second");
        return new(seconds, Number(answer, "val_accuracy"), speed);
    }

    // With frozen features, 'mlt train' counts each image once, when it passes the backbone.
    // The peer counts every training image once per epoch, and so does this.
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

    private static double Number(JsonElement answer, string name) => answer.TryGetProperty(name, out var number)
        ? number.GetDouble()
        : throw new InvalidDataException($"The answer has no '{name}': {answer}");
}

/// <summary>Runs a program that prints a JSON document, and measures the time from its start to its exit.</summary>
internal static class TimedProcess
{
    internal static async Task<(double Seconds, JsonElement Document)> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var errors = await process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
            await process.WaitForExitAsync(cancel).ConfigureAwait(false);
            var seconds = clock.Elapsed.TotalSeconds;
            return process.ExitCode == 0
                ? (seconds, Parse(await output.ConfigureAwait(false)))
                : throw new InvalidOperationException(
                    $"'{program} {string.Join(' ', arguments)}' failed with exit code "
                    + $"{process.ExitCode}:{Environment.NewLine}{errors.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    // A library may print something before the document.
    private static JsonElement Parse(string output) =>
        JsonDocument.Parse(output[Math.Max(0, output.IndexOf('{', StringComparison.Ordinal))..]).RootElement;
}
