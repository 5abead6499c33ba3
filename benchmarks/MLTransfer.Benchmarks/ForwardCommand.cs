using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Benchmarks;

/// <summary>Images per second through networks, by PyTorch and by us, in turns.</summary>
internal sealed class ForwardCommand : MltCommand
{
    private const int DefaultBatchSize = 16;
    private const int DefaultRounds = 5;
    private const double SecondsARound = 2;
    private static readonly string[] DefaultBackbones = ["resnet50", "mobilenet_v2", "efficientnet_b0", "vit_b_16"];

    private readonly Option<string[]> _backbones = new("--backbone")
    {
        HelpName = "NAME",
        Description = $"A backbone of torchvision's; may be repeated. [default: {string.Join(", ", DefaultBackbones)}]",
    };

    private readonly Option<int?> _batchSize =
        CliOption.Integer("--batch-size", $"Images at a time. [default: {DefaultBatchSize}]", 1, 1024);
    private readonly Option<int?> _rounds =
        CliOption.Integer("--rounds", $"How often each is measured. [default: {DefaultRounds}]", 1, 1000);
    private readonly Option<int?> _threads = Threads.Option();
    private readonly Option<string?> _python = PythonPeer.Option();

    internal ForwardCommand(CommandContext context)
        : base("forward", "Times networks on random images: eager PyTorch, ours in float32, and ours as it predicts, in turns.",
            context,
            $"{BenchmarkTree.Run} forward",
            $"{BenchmarkTree.Run} forward --backbone resnet18 --batch-size 32 --json") =>
        Accepts(_backbones, _batchSize, _rounds, _threads, _python);

    internal override string Remarks =>
        """
        Nothing else should be running. As it predicts: batch norms folded, channels-last, bfloat16 where the processor has it.

        JSON: { batch_size, threads, rounds, backbones: [{ backbone, image_size, peer_images_per_second,
                float32_images_per_second, frozen_precision, frozen_images_per_second, float32_ratio, frozen_ratio }] }:
                ratios are how many times as fast

        """;

    protected override async Task<int> RunAsync(ParseResult parseResult, CancellationToken cancel)
    {
        var python = PythonPeer.Find(parseResult.GetValue(_python));
        var (batchSize, rounds) = (parseResult.GetValue(_batchSize) ?? DefaultBatchSize, parseResult.GetValue(_rounds) ?? DefaultRounds);
        Backbone[] backbones = [.. (parseResult.GetValue(_backbones) is { Length: > 0 } names ? names : DefaultBackbones)
            .Select(KnownBackbone.Find)];
        Threads.Use(parseResult.GetValue(_threads) ?? Threads.Default);
        var comparisons = new List<ForwardComparison>();
        foreach (var backbone in backbones)
        {
            Context.Error.WriteLine($"{backbone.Name} …");
            comparisons.Add(await ForwardRun.CompareAsync(backbone, batchSize, rounds, SecondsARound, python, cancel)
                .ConfigureAwait(false));
        }
        var report = new ForwardReport(batchSize, torch.get_num_threads(), rounds, comparisons);
        Render(parseResult, report, () => Show(report));
        return ExitCode.Done;
    }

    private void Show(ForwardReport report)
    {
        var table = TextTable.Create("images a second", "PyTorch", "mlt float32", "", "mlt as it predicts", "");
        foreach (var row in report.Backbones)
        {
            table.Row(
                row.Backbone, Figures.Number(row.PeerImagesPerSecond, "0.0"), Figures.Number(row.Float32ImagesPerSecond, "0.0"),
                Times(row.Float32Ratio),
                $"{Figures.Number(row.FrozenImagesPerSecond, "0.0")} ({CliOption.NameOf(row.FrozenPrecision)})", Times(row.FrozenRatio));
        }
        Screens.ForResults(Context).Write(table);
    }

    private static string Times(double ratio) => $"× {Figures.Number(ratio, "0.00")}";
}

/// <summary>Images per second through one backbone in evaluation mode, medians of rounds in turns.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="ImageSize">The side of the images, in pixels.</param>
/// <param name="PeerImagesPerSecond">PyTorch, float32.</param>
/// <param name="Float32ImagesPerSecond">The network as it is trained, float32.</param>
/// <param name="FrozenPrecision">The precision of the network as it predicts.</param>
/// <param name="FrozenImagesPerSecond">The network as it predicts: folded, channels-last, in the precision chosen automatically.</param>
/// <param name="Float32Ratio">The median of our float32 speed divided by PyTorch's in the same round.</param>
/// <param name="FrozenRatio">The same for the network as it predicts.</param>
internal sealed record ForwardComparison(
    string Backbone, int ImageSize, double PeerImagesPerSecond, double Float32ImagesPerSecond, Precision FrozenPrecision,
    double FrozenImagesPerSecond, double Float32Ratio, double FrozenRatio);

/// <summary>The comparisons of all backbones.</summary>
internal sealed record ForwardReport(int BatchSize, int Threads, int Rounds, IReadOnlyList<ForwardComparison> Backbones);

/// <summary>Runs both sides in turns.</summary>
internal static class ForwardRun
{
    // For each line, runs the network until the seconds in it have passed and answers with images a second.
    private const string Script = """
        import sys, time, torch, torchvision
        name, batch, size, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
        torch.set_num_threads(threads)
        options = {'init_weights': False} if name in ('googlenet', 'inception_v3') else {}
        model = torchvision.models.get_model(name, weights=None, **options).eval()
        images = torch.randn(batch, 3, size, size)
        with torch.no_grad():
            model(images)
            print('ready', flush=True)
            for line in sys.stdin:
                seconds, start, runs = float(line), time.perf_counter(), 0
                while time.perf_counter() - start < seconds or runs == 0:
                    model(images)
                    runs += 1
                print(runs * batch / (time.perf_counter() - start), flush=True)
        """;

    internal static async Task<ForwardComparison> CompareAsync(
        Backbone backbone, int batchSize, int rounds, double seconds, string python, CancellationToken cancel)
    {
        var size = backbone.Preprocessing.CropTo;
        using var peer = new PythonPeer(python, Script, backbone.Name, $"{batchSize}", $"{size}", $"{get_num_threads()}");
        await peer.AnswerAsync(cancel).ConfigureAwait(false);
        using var model = backbone.Build(backbone.Classes);
        model.eval();
        // Channels last, as images come from the loader.
        using var pixels = randn(batchSize, size, size, 3);
        using var images = pixels.permute(0, 3, 1, 2);
        Speed(() => model.call(images), batchSize, seconds: 0);
        var type = Devices.Resolve(Precision.Auto, CPU);
        var measured = new List<(double Peer, double Float32, double Frozen)>();
        for (var round = 0; round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var theirs = double.Parse(
                await peer.AskAsync(seconds.ToString(CultureInfo.InvariantCulture), cancel).ConfigureAwait(false),
                CultureInfo.InvariantCulture);
            var ours = Speed(() => model.call(images), batchSize, seconds);
            using var frozen = new FrozenModel(model, type);
            Speed(() => frozen.Logits(images), batchSize, seconds: 0);
            measured.Add((theirs, ours, Speed(() => frozen.Logits(images), batchSize, seconds)));
        }
        return new(
            backbone.Name, size, Of(round => round.Peer), Of(round => round.Float32),
            type == ScalarType.BFloat16 ? Precision.BFloat16 : Precision.Float32, Of(round => round.Frozen),
            Of(round => round.Float32 / round.Peer), Of(round => round.Frozen / round.Peer));

        double Of(Func<(double Peer, double Float32, double Frozen), double> figure) => Median.Of(measured.Select(figure));
    }

    private static double Speed(Func<Tensor> forward, int batchSize, double seconds)
    {
        using var untracked = no_grad();
        var start = Stopwatch.GetTimestamp();
        var runs = 0;
        do
        {
            using var logits = forward();
            runs++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return runs * batchSize / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
