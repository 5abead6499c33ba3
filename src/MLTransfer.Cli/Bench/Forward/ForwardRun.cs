using System.Diagnostics;
using System.Globalization;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Cli.Bench.Forward;

/// <summary>The work of 'mlt bench forward'.</summary>
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
        // As images come from the loader: rows of pixels, each with its three colours.
        using var pixels = randn(batchSize, size, size, 3);
        using var images = pixels.permute(0, 3, 1, 2);
        Speed(() => model.call(images), batchSize, seconds: 0);
        var precision = Precision.Float32;
        var measured = new List<(double Peer, double Float32, double Frozen)>();
        for (var round = 0; round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var theirs = double.Parse(
                await peer.AskAsync(seconds.ToString(CultureInfo.InvariantCulture), cancel).ConfigureAwait(false),
                CultureInfo.InvariantCulture);
            var ours = Speed(() => model.call(images), batchSize, seconds);
            using var frozen = new FrozenModel(model);
            precision = frozen.Precision;
            Speed(() => frozen.Logits(images), batchSize, seconds: 0);
            measured.Add((theirs, ours, Speed(() => frozen.Logits(images), batchSize, seconds)));
        }
        return new(
            backbone.Name, size, Of(round => round.Peer), Of(round => round.Float32), precision, Of(round => round.Frozen),
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
