using System.CommandLine;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using Spectre.Console;

namespace MLTransfer.Benchmarks;

/// <summary>The PyTorch tutorial's recipe and 'mlt train', one after the other, on the same data.</summary>
internal sealed class PeerCommand : MltCommand
{
    private const string Both = "both";

    private readonly Option<string?> _script = CliOption.Text(
        "--peer-script", "FILE",
        "The recipe in Python; takes --data, --mode, --backbone, --weights, --epochs, --threads and prints JSON last. "
        + "[default: ../shared/peers/tutorial.py]");
    private readonly Option<string?> _python = PythonPeer.Option();
    private readonly Option<string?> _data =
        CliOption.Text("--data", "DIR", "A folder with train/ and val/. [default: ../shared/data/hymenoptera]");
    private readonly Option<string?> _weights = CliOption.Text(
        "--weights", "FILE", "Pretrained weights of the backbone. [default: ../shared/weights/mobilenet_v1_b12_imagenet.pth]");
    private readonly Option<string?> _backbone = CliOption.Text(
        "--backbone", "NAME", $"A backbone that both know. [default: {PeerRequest.DefaultBackbone}]");
    private readonly Option<string> _mode =
        CliOption.Choice("--mode", "Which way to train.", Both, PeerRequest.Features, PeerRequest.FineTune);
    private readonly Option<int?> _epochs =
        CliOption.Integer("--epochs", $"Epochs of either. [default: {PeerRequest.DefaultEpochs}]", 1, 1000);
    private readonly Option<int?> _threads = CliOption.Integer(
        "--threads", "Processor threads of either. [default: one per logical core]", 1, 1024);

    internal PeerCommand(CommandContext context)
        : base(
            "peer", "Times the PyTorch tutorial's transfer learning and 'mlt train' on the same images, backbone, weights and threads.",
            context,
            $"{BenchmarkTree.Run} peer",
            $"{BenchmarkTree.Run} peer --mode features --epochs 5 --threads 2 --json",
            $"{BenchmarkTree.Run} peer --peer-script tutorial.py --data flowers --backbone resnet18 --weights resnet18-f37072fd.pth") =>
        Accepts(_script, _python, _data, _weights, _backbone, _mode, _epochs, _threads);

    internal override string Remarks =>
        """
        Seconds are of whole processes, from start to exit. 'warm' is a second run that finds the features in its cache.

        JSON: [{ mode, backbone, epochs, threads, peer: RUN, ours: RUN, warm: RUN?, time_ratio, speed_ratio }]
              RUN: { seconds, accuracy, train_images_per_second }; ratios say how many times as fast ours is

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var request = PeerRequest.Create(
            parseResult.GetValue(_script), parseResult.GetValue(_python), parseResult.GetValue(_data), parseResult.GetValue(_weights),
            parseResult.GetValue(_backbone), parseResult.GetValue(_epochs), parseResult.GetValue(_threads));
        var chosen = parseResult.GetRequiredValue(_mode);
        string[] modes = chosen == Both ? [PeerRequest.Features, PeerRequest.FineTune] : [chosen];
        var comparisons = new List<PeerComparison>();
        foreach (var mode in modes)
            comparisons.Add(await PeerRun.CompareAsync(request, mode, Context.Error, cancel).ConfigureAwait(false));
        Render(parseResult, comparisons, () => Screens.ForResults(Context).Write(PeerView.Table(comparisons)));
        return ExitCode.Done;
    }
}

/// <summary>The settings that both sides share.</summary>
internal sealed record PeerRequest(string Script, string Python, string Data, string Weights, string Backbone, int Epochs, int Threads)
{
    internal const string DefaultBackbone = "mobilenet_v1_b12";
    internal const int DefaultEpochs = 10;
    internal const string Features = "features";
    internal const string FineTune = "finetune";

    internal static PeerRequest Create(
        string? script, string? python, string? data, string? weights, string? backbone, int? epochs, int? threads) => new(
        Paths.ExistingFile("--peer-script", script ?? InShared("peers", "tutorial.py")),
        PythonPeer.Find(python),
        Paths.ExistingFolder("--data", data ?? InShared("data", "hymenoptera")),
        Paths.ExistingFile("--weights", weights ?? InShared("weights", "mobilenet_v1_b12_imagenet.pth")),
        backbone ?? DefaultBackbone,
        epochs ?? DefaultEpochs,
        threads ?? Cli.CommandLine.Threads.Default);

    internal string Training => Path.Combine(Data, "train");

    internal string Validation => Path.Combine(Data, "val");

    // A folder next to the clone, which only a machine for benchmarks has.
    private static string InShared(params string[] parts) => Path.Combine(["..", "shared", .. parts]);
}

/// <summary>Two trainings of one kind, on the same images.</summary>
internal sealed record PeerComparison(
    string Mode, string Backbone, int Epochs, int Threads, PeerTiming Peer, PeerTiming Ours, PeerTiming? Warm)
{
    /// <summary>The peer's seconds over ours.</summary>
    public double TimeRatio => Peer.Seconds / Ours.Seconds;

    /// <summary>Our training images per second over the peer's.</summary>
    public double SpeedRatio => Ours.TrainImagesPerSecond / Peer.TrainImagesPerSecond;
}

/// <summary>One process: its seconds from start to exit, its best accuracy, its speed.</summary>
internal sealed record PeerTiming(double Seconds, double Accuracy, double TrainImagesPerSecond);

/// <summary>Comparisons as a table.</summary>
internal static class PeerView
{
    internal static Table Table(IEnumerable<PeerComparison> comparisons)
    {
        var table = TextTable.Create("run", "seconds", "times as fast", "accuracy", "training images", "times as many");
        foreach (var comparison in comparisons)
        {
            table.Row(Cells($"{comparison.Mode}: peer", comparison.Peer, comparison.Peer));
            table.Row(Cells($"{comparison.Mode}: mlt", comparison.Ours, comparison.Peer));
            if (comparison.Warm is { } warm)
                table.Row(Cells($"{comparison.Mode}: mlt, cache warm", warm, comparison.Peer));
        }
        return table;
    }

    private static string[] Cells(string run, PeerTiming timing, PeerTiming peer) =>
    [
        run, timing.Seconds.ToString("0.0", CultureInfo.InvariantCulture), Ratio(peer.Seconds / timing.Seconds),
        Figures.Percent(timing.Accuracy),
        Figures.Speed(timing.TrainImagesPerSecond), Ratio(timing.TrainImagesPerSecond / peer.TrainImagesPerSecond),
    ];

    private static string Ratio(double ratio) => Figures.Number(ratio, "0.00") + " ×";
}
