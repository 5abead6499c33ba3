using System.Globalization;
using MLTransfer.Cli.Train;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>The PyTorch tutorial's transfer learning and 'mlt train', as whole processes.</summary>
internal static class TrainingJobs
{
    private const string Tutorial = "PyTorch tutorial", Ours = "mlt train";
    private const string FrozenMode = "features", FineTuningMode = "finetune";

    // The tutorial's own recipe. Its head is new, so that the weights may lack one. Layers before the one that the second argument names,
    // if it does, are frozen.
    private const string Script = """
        import sys
        folder, layer = sys.argv[1:3]
        sys.argv[1:3] = []
        sys.path.insert(0, folder)
        import tutorial
        from torch import nn
        load = nn.Module.load_state_dict
        def load_trunk(module, state):
            missing, spare = load(module, state, strict=False)
            if spare or any(not name.startswith(('fc.', 'classifier.')) for name in missing):
                sys.exit(f'The weights do not fit: {missing} are missing, {spare} are spare.')
        nn.Module.load_state_dict = load_trunk
        build = tutorial.build
        def frozen(*arguments):
            model, *others = build(*arguments)
            train = False
            for name, parameter in model.named_parameters():
                train = train or name.startswith(layer + '.')
                parameter.requires_grad = train
            if not train:
                sys.exit(f"The network has no layer '{layer}'.")
            return model, *others
        if layer:
            tutorial.build = frozen
        tutorial.main()
        """;

    internal static CompareJob Features { get; } = new(
        "features", "Feature extraction",
        "The frozen network with a new head, as whole processes from start to exit. `mlt` computes the features once and keeps them: "
        + "with an empty cache first, then with the one that the run before has filled.",
        WarmsUp: false, settings => CompareSettings.InWords(settings.Epochs),
        (settings, _) => Task.FromResult(new OpenJob(
            $"{Ours}, cache empty",
            [
                .. Peers(settings, FrozenMode),
                new($"{Ours}, cache empty", cancel =>
                {
                    if (Directory.Exists(Cache(settings))) Directory.Delete(Cache(settings), recursive: true);
                    return TrainAsync(settings, FrozenMode, ["--cache", Cache(settings)], cancel);
                }),
                new($"{Ours}, cache filled", cancel => TrainAsync(settings, FrozenMode, ["--cache", Cache(settings)], cancel)),
            ])));

    internal static CompareJob FineTuning { get; } = new(
        "finetune", "Fine-tuning of all layers",
        "Whole processes, from start to exit; images per second are those in training epochs. GFLOP/s count two operations for each "
        + "multiply-add of the forward pass and twice as many for the gradients.",
        WarmsUp: false, settings => CompareSettings.InWords(settings.FineTuningEpochs),
        (settings, _) => Task.FromResult(new OpenJob(
            Ours,
            [
                .. Peers(settings, FineTuningMode).Select(peer => WithSpeed(settings, peer)),
                WithSpeed(settings, new(Ours, cancel => TrainAsync(settings, FineTuningMode, [], cancel))),
            ])));

    internal static CompareJob FineTuningFrom { get; } = new(
        "finetune-from", "Fine-tuning from a layer", "As before, with the layers before the one named frozen on both sides.",
        WarmsUp: false, settings => $"{CompareSettings.InWords(settings.FineTuningEpochs)}, from {settings.FirstTrained}",
        (settings, _) => Task.FromResult(new OpenJob(
            Ours,
            [
                .. Peers(settings, FineTuningMode, settings.FirstTrained),
                // Otherwise a later round would find what the frozen layers gave in the first.
                new(Ours, cancel => TrainAsync(
                    settings, FineTuningMode, ["--train-from", settings.FirstTrained, "--cache", TrainOptions.None], cancel)),
            ])));

    // A network whose multiply-adds are not known has no such figure.
    private static CompareSide WithSpeed(CompareSettings settings, CompareSide side) => side with
    {
        MeasureAsync = async cancel =>
        {
            var figures = await side.MeasureAsync(cancel).ConfigureAwait(false);
            var operations = 3 * 2.0 * settings.Backbone.MultiplyAdds;
            if (operations > 0) figures[FigureKind.GigaflopsPerSecond] = operations * figures[FigureKind.ImagesPerSecond] / 1e9;
            return figures;
        },
    };

    private static string Cache(CompareSettings settings) => Path.Combine(settings.Scratch, "cache");

    private static IEnumerable<CompareSide> Peers(CompareSettings settings, string mode, string layer = "") =>
        MallocSettings.All.Select(malloc => new CompareSide(Tutorial + malloc.Note, async cancel =>
        {
            string[] weights = settings.Weights is { } file ? ["--weights", file] : [];
            var process = await TimedProcess.RunAsync(
                settings.Python,
                [
                    "-c", Script, Path.GetDirectoryName(settings.PeerScript)!, layer, "--data", settings.Data, "--mode", mode,
                    .. Common(settings, mode), .. weights,
                ],
                malloc, cancel).ConfigureAwait(false);
            return Figures(process, mode, process.Number("best_val_accuracy"), process.Number("train_images_per_second"));
        }));

    private static async Task<Dictionary<string, double>> TrainAsync(
        CompareSettings settings, string mode, string[] more, CancellationToken cancel)
    {
        var process = await TimedProcess.RunAsync(
            "dotnet",
            [
                settings.Tool, "train", "--data", settings.Training, "--val", settings.Validation, "--mode", mode,
                .. Common(settings, mode), "--weights", settings.Weights ?? "none", .. more,
                "--out", Path.Combine(settings.Scratch, "trained.zip"), "--json",
            ],
            cancel).ConfigureAwait(false);
        return Figures(process, mode, process.Number("val_accuracy"), process.Number("images_per_second"));
    }

    // With frozen features, each side counts other images: the peer every one in every epoch, ours each once.
    private static Dictionary<string, double> Figures(ProcessFigures process, string mode, double accuracy, double speed)
    {
        var figures = new Dictionary<string, double>
        {
            [FigureKind.Seconds] = process.Seconds, [FigureKind.Accuracy] = 100 * accuracy, [FigureKind.Memory] = process.PeakMemory,
        };
        if (mode == FineTuningMode) figures[FigureKind.ImagesPerSecond] = speed;
        return figures;
    }

    private static string[] Common(CompareSettings settings, string mode) =>
    [
        "--backbone", settings.Backbone.Name,
        "--epochs", (mode == FrozenMode ? settings.Epochs : settings.FineTuningEpochs).ToString(CultureInfo.InvariantCulture),
        "--threads", settings.Threads.ToString(CultureInfo.InvariantCulture),
    ];
}
