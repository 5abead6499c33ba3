namespace MLTransfer.Benchmarks.Compare;

/// <summary>Image files to classes, in programs that keep running and as whole processes.</summary>
internal static class PredictionJobs
{
    private const string Ours = "MLTransfer", OursProcess = "mlt predict";

    // Of many sizes; the same for all sides.
    private const int SomeImages = 16;
    private const double SecondsOfSingles = 2;

    internal static CompareJob Single { get; } = new(
        "single", "Single predictions",
        "In a program that keeps running: a model read from its file, the first image, and later images (the mean over 16 photographs), "
        + "each from its file to probabilities. PyTorch decodes with Pillow, ML.NET's `ApplyOnnxModel` with its own transforms in a "
        + "`PredictionEngine`, ONNX Runtime and eager TorchSharp with our decoder; ours is a `PredictionEngine`.",
        WarmsUp: true, _ => "", (settings, cancel) => OpenAsync(settings, [0], SingleAsync, cancel));

    internal static CompareJob Batch { get; } = new(
        "batch", "Many predictions",
        "All images of `val/`, from files to probabilities, with a model that is loaded: batches of 32 and images decoded ahead, where a "
        + "library can. ML.NET's `ApplyOnnxModel` runs one image at a time.",
        WarmsUp: true, _ => "", (settings, cancel) => OpenAsync(settings, [0, settings.Threads], BatchAsync, cancel));

    internal static CompareJob SingleProcess { get; } = new(
        "process-single", "A single prediction as a whole process",
        "A program that starts, loads the model, classifies one image and ends.",
        WarmsUp: true, _ => "", (settings, cancel) => OpenProcessesAsync(settings, "one", files => files.Images[0], cancel));

    internal static CompareJob BatchProcess { get; } = new(
        "process-batch", "Many predictions as a whole process",
        "The same with all images of `val/`; PyTorch's `DataLoader` has no workers here, whose memory would not be counted.",
        WarmsUp: true, _ => "", (settings, cancel) => OpenProcessesAsync(settings, "all", _ => settings.Validation, cancel));

    private static async Task<OpenJob> OpenAsync(
        CompareSettings settings, IReadOnlyList<int> workers,
        Func<Predictor, PredictionFiles, CancellationToken, Task<Dictionary<string, double>>> measureAsync, CancellationToken cancel)
    {
        var files = await PredictionFiles.MakeAsync(settings, cancel).ConfigureAwait(false);
        PythonPredictor[] peers =
        [
            .. workers.SelectMany(count => MallocSettings.All.Select(malloc => new PythonPredictor(settings, files, count, malloc))),
        ];
        foreach (var peer in peers) await peer.ReadyAsync(cancel).ConfigureAwait(false);
        Predictor[] predictors =
        [
            .. peers,
            new PipelinePredictor<OnnxRow>("ML.NET ApplyOnnxModel", files.Pipeline, files, row => row.probabilities),
            new OnnxRuntimePredictor(files, settings.Threads),
            new TorchSharpPredictor(settings.Backbone, files),
            new PipelinePredictor<ImageLabel>(Ours, files.Model, files, row => row.Score),
        ];
        foreach (var predictor in predictors) await predictor.LoadAsync(cancel).ConfigureAwait(false);
        return new(
            Ours, [.. predictors.Select(predictor => new CompareSide(predictor.Name, token => measureAsync(predictor, files, token)))],
            predictors);
    }

    private static async Task<Dictionary<string, double>> SingleAsync(Predictor predictor, PredictionFiles files, CancellationToken cancel)
    {
        string[] images = [.. files.Images.Take(SomeImages)];
        var load = await predictor.LoadAsync(cancel).ConfigureAwait(false);
        var first = await predictor.OneAsync(images[0], cancel).ConfigureAwait(false);
        // Whole passes: every side sees the same sizes of images. The first finds what later ones do not.
        var (sum, count) = (0.0, 0);
        for (var pass = 0; pass == 0 || sum < 1000 * SecondsOfSingles; pass++)
        {
            foreach (var image in images)
            {
                var milliseconds = await predictor.OneAsync(image, cancel).ConfigureAwait(false);
                if (pass > 0) (sum, count) = (sum + milliseconds, count + 1);
            }
        }
        return new() { [FigureKind.Load] = load, [FigureKind.First] = first, [FigureKind.One] = sum / count };
    }

    private static async Task<Dictionary<string, double>> BatchAsync(Predictor predictor, PredictionFiles files, CancellationToken cancel)
    {
        var milliseconds = await predictor.AllAsync(cancel).ConfigureAwait(false);
        return new() { [FigureKind.ImagesPerSecond] = 1000 * files.Images.Count / milliseconds };
    }

    private static async Task<OpenJob> OpenProcessesAsync(
        CompareSettings settings, string command, Func<PredictionFiles, string> images, CancellationToken cancel)
    {
        var files = await PredictionFiles.MakeAsync(settings, cancel).ConfigureAwait(false);
        return new(
            OursProcess,
            [
                .. MallocSettings.All.Select(malloc => Side(
                    PythonPredictor.PyTorch + malloc.Note, malloc, settings.Python,
                    PythonPredictor.ProcessArguments(settings, files, command, images(files)))),
                Side(
                    OursProcess, MallocSettings.Default, "dotnet",
                    [
                        settings.Tool, "predict", "--model", files.Model, "--threads", $"{settings.Threads}", "--json", images(files),
                    ]),
            ]);
    }

    private static CompareSide Side(string name, MallocSettings malloc, string program, IReadOnlyList<string> arguments) =>
        new(name, async cancel =>
        {
            var process = await TimedProcess.RunAsync(program, arguments, malloc, cancel).ConfigureAwait(false);
            return new() { [FigureKind.Seconds] = process.Seconds, [FigureKind.Memory] = process.PeakMemory };
        });
}
