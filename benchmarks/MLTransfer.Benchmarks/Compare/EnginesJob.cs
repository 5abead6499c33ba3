using System.Diagnostics;
using Microsoft.ML;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Single predictions that several threads ask for at once.</summary>
internal static class EnginesJob
{
    private const string Ours = "MLTransfer", Peer = "ONNX Runtime";
    private const double SecondsOfASide = 2;

    internal static CompareJob Job { get; } = new(
        "engines", "Single predictions from several threads",
        "Images per second, each from its file to probabilities, one at a time in each thread. Ours has a `PredictionEngine` in each, and "
        + "all share a model; ONNX Runtime's threads share a session, with images decoded by us. A single prediction already uses as many "
        + "threads as the other jobs do.",
        WarmsUp: true, _ => "", OpenAsync);

    private static async Task<OpenJob> OpenAsync(CompareSettings settings, CancellationToken cancel)
    {
        var files = await PredictionFiles.MakeAsync(settings, cancel).ConfigureAwait(false);
        var session = new OnnxRuntimePredictor(files, settings.Threads);
        await session.LoadAsync(cancel).ConfigureAwait(false);
        var ml = new MLContext(seed: 1);
        var model = ml.Model.Load(files.Model, out _);
        int[] threads = [1, settings.Threads, 2 * settings.Threads];
        return new(
            Name(Ours, settings.Threads),
            [
                .. threads.Distinct().SelectMany(count => new CompareSide[]
                {
                    new(Name(Peer, count), token => RunAsync(Enumerable.Repeat<Action<string>>(One, count), files, token)),
                    new(Name(Ours, count), token => PredictAsync(ml, model, count, files, token)),
                }),
            ],
            session, (IDisposable)model);

        void One(string path) => _ = session.OneAsync(path, cancel);
    }

    private static string Name(string side, int threads) => threads == 1 ? $"{side}, 1 thread" : $"{side}, {threads} threads";

    private static async Task<Dictionary<string, double>> PredictAsync(
        MLContext ml, ITransformer model, int threads, PredictionFiles files, CancellationToken cancel)
    {
        var shared = new PredictionEngineOptions { OwnsTransformer = false };
        PredictionEngine<ImageFile, ImageLabel>[] engines =
            [.. Enumerable.Range(0, threads).Select(_ => ml.Model.CreatePredictionEngine<ImageFile, ImageLabel>(model, shared))];
        try
        {
            return await RunAsync(
                engines.Select<PredictionEngine<ImageFile, ImageLabel>, Action<string>>(
                    engine => path => engine.Predict(new() { ImagePath = path })),
                files, cancel).ConfigureAwait(false);
        }
        finally
        {
            foreach (var engine in engines) engine.Dispose();
        }
    }

    // The threads together take one image after the other.
    private static async Task<Dictionary<string, double>> RunAsync(
        IEnumerable<Action<string>> threads, PredictionFiles files, CancellationToken cancel)
    {
        var (next, start) = (-1, Stopwatch.GetTimestamp());
        await Task.WhenAll(threads.Select(predict => Task.Factory.StartNew(
            () =>
            {
                while (Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsOfASide)
                {
                    cancel.ThrowIfCancellationRequested();
                    predict(files.Images[Interlocked.Increment(ref next) % files.Images.Count]);
                }
            },
            cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default))).ConfigureAwait(false);
        return new() { [FigureKind.ImagesPerSecond] = (next + 1) / Stopwatch.GetElapsedTime(start).TotalSeconds };
    }
}
