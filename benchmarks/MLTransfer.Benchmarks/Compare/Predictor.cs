using System.Diagnostics;
using System.Globalization;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>A library that classifies image files with the network of a job. Times are milliseconds.</summary>
internal abstract class Predictor(string name) : IDisposable
{
    internal string Name => name;

    /// <summary>Reads the model from its file, anew.</summary>
    internal abstract Task<double> LoadAsync(CancellationToken cancel);

    /// <summary>Classifies one image.</summary>
    internal abstract Task<double> OneAsync(string path, CancellationToken cancel);

    /// <summary>Classifies all images of the validation folder, in batches where the library can.</summary>
    internal abstract Task<double> AllAsync(CancellationToken cancel);

    public abstract void Dispose();
}

/// <summary>A library of .NET, timed in this process.</summary>
internal abstract class ManagedPredictor(string name, PredictionFiles files) : Predictor(name)
{
    protected PredictionFiles Files => files;

    internal override Task<double> LoadAsync(CancellationToken cancel) => Timed(Load);

    internal override Task<double> OneAsync(string path, CancellationToken cancel) => Timed(() => One(path));

    internal override Task<double> AllAsync(CancellationToken cancel) => Timed(() =>
    {
        var seen = All(cancel);
        if (seen != files.Images.Count)
            throw new InvalidOperationException($"{Name} classified {seen} of {files.Images.Count} images.");
    });

    /// <summary>Frees the model, if there is one, and reads it again.</summary>
    protected abstract void Load();

    protected abstract void One(string path);

    /// <returns>The number of images classified.</returns>
    protected abstract int All(CancellationToken cancel);

    private static Task<double> Timed(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Task.FromResult(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}

/// <summary>PyTorch with torchvision's transforms on Pillow.</summary>
/// <param name="settings">The job's.</param>
/// <param name="files">The files to work on.</param>
/// <param name="workers">Processes of the DataLoader; 0: the images are decoded by the process itself.</param>
/// <param name="malloc">When its allocator gives memory back.</param>
internal sealed class PythonPredictor(CompareSettings settings, PredictionFiles files, int workers, MallocSettings malloc) : Predictor(
    $"{PyTorch}{(workers == 0 ? "" : $", {workers} workers")}{malloc.Note}")
{
    internal const string PyTorch = "PyTorch";

    // Commands come as arguments in pairs, whose times are printed at last as JSON, or else as lines, each of which is answered.
    private const string Script = """
        import json
        from PIL import Image
        from torch.utils.data import DataLoader
        from torchvision import datasets, transforms
        weights, classes, workers, shape, *commands = rest
        resize, crop, mean, std = json.loads(shape)
        recipe = transforms.Compose([
            transforms.Resize(resize), transforms.CenterCrop(crop), transforms.ToTensor(), transforms.Normalize(mean, std)])
        model = None
        def run(command, argument):
            global model
            start, seen = time.perf_counter(), 1
            with torch.no_grad():
                if command == 'save':
                    torch.save(network(int(classes)).state_dict(), weights)
                elif command == 'load':
                    model = network(int(classes))
                    model.load_state_dict(torch.load(weights))
                    model.eval()
                elif command == 'one':
                    model(recipe(Image.open(argument).convert('RGB')).unsqueeze(0)).softmax(1).argmax(1).item()
                else:
                    seen = 0
                    for images, _ in DataLoader(datasets.ImageFolder(argument, recipe), batch_size=32, num_workers=int(workers)):
                        seen += len(model(images).softmax(1).argmax(1))
            return (time.perf_counter() - start) * 1000, seen
        if commands:
            print(json.dumps([run(command, argument) for command, argument in zip(commands[::2], commands[1::2])]))
        else:
            print('ready', flush=True)
            for line in sys.stdin:
                print(*run(*line.rstrip('\n').split(' ', 1)), flush=True)
        """;

    private readonly PythonPeer _peer = PythonNetwork.Start(settings, Script, malloc, Arguments(files, workers));

    /// <summary>Waits until the libraries are loaded.</summary>
    internal Task ReadyAsync(CancellationToken cancel) => _peer.AnswerAsync(cancel);

    internal override Task<double> LoadAsync(CancellationToken cancel) => AskAsync("load -", 1, cancel);

    internal override Task<double> OneAsync(string path, CancellationToken cancel) => AskAsync($"one {path}", 1, cancel);

    internal override Task<double> AllAsync(CancellationToken cancel) =>
        AskAsync($"all {settings.Validation}", files.Images.Count, cancel);

    /// <summary>Writes a file of weights that fit the network.</summary>
    internal static async Task SaveAsync(CompareSettings settings, PredictionFiles files, CancellationToken cancel)
    {
        using var predictor = new PythonPredictor(settings, files, 0, MallocSettings.Default);
        await predictor.ReadyAsync(cancel).ConfigureAwait(false);
        await predictor.AskAsync("save -", 1, cancel).ConfigureAwait(false);
    }

    /// <summary>The same in a process that loads the model, does one thing and ends.</summary>
    internal static IReadOnlyList<string> ProcessArguments(
        CompareSettings settings, PredictionFiles files, string command, string argument) =>
        ["-c", PythonNetwork.Script + Script, .. PythonNetwork.Arguments(settings), .. Arguments(files, 0), "load", "-", command, argument];

    private static string[] Arguments(PredictionFiles files, int workers)
    {
        var (mean, deviation) = (files.Preprocessing.Mean, files.Preprocessing.StandardDeviation);
        return
        [
            files.Weights, $"{files.Classes}", $"{workers}", string.Create(CultureInfo.InvariantCulture,
                $"[{files.Preprocessing.ResizeTo}, {files.Preprocessing.CropTo}, [{mean.R}, {mean.G}, {mean.B}], "
                + $"[{deviation.R}, {deviation.G}, {deviation.B}]]"),
        ];
    }

    private async Task<double> AskAsync(string line, int images, CancellationToken cancel)
    {
        double[] answer =
        [
            .. (await _peer.AskAsync(line, cancel).ConfigureAwait(false)).Split(' ')
                .Select(number => double.Parse(number, CultureInfo.InvariantCulture)),
        ];
        return answer[1] == images ? answer[0] : throw new InvalidOperationException($"{Name} classified {answer[1]} of {images} images.");
    }

    public override void Dispose() => _peer.Dispose();
}
