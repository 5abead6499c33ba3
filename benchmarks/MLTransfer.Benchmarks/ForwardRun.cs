using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Benchmarks;

/// <summary>Runs all sides in turns.</summary>
internal static class ForwardRun
{
    // For each line, runs the network until the seconds in it have passed and answers with milliseconds a batch.
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
                print((time.perf_counter() - start) * 1000 / runs, flush=True)
        """;

    internal static async Task<ForwardComparison> CompareAsync(
        Backbone backbone, int batchSize, int rounds, double seconds, string python, CancellationToken cancel)
    {
        var size = backbone.Preprocessing.CropTo;
        using var peer = new PythonPeer(python, Script, backbone.Name, $"{batchSize}", $"{size}", $"{get_num_threads()}");
        await peer.AnswerAsync(cancel).ConfigureAwait(false);
        using var model = backbone.Build(backbone.Classes);
        using var session = new OnnxNetwork(model, backbone);
        // Channels-last, as images come from the loader; and as planes, for the others.
        using var pixels = randn(batchSize, size, size, 3);
        using var images = pixels.permute(0, 3, 1, 2);
        using var planes = images.contiguous();
        var values = planes.data<float>().ToArray();
        var rows = new List<ForwardTimes>();
        for (var round = 0; round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            var theirs = double.Parse(
                await peer.AskAsync(seconds.ToString(CultureInfo.InvariantCulture), cancel).ConfigureAwait(false),
                CultureInfo.InvariantCulture);
            model.eval();
            rows.Add(new(
                theirs, Milliseconds(() => model.call(planes), seconds), Milliseconds(() => session.Run(values, planes.shape), seconds),
                Frozen(model, images, ScalarType.Float32, seconds),
                ProcessorFeatures.FastBFloat16 ? Frozen(model, images, ScalarType.BFloat16, seconds) : null));
        }
        return new(
            backbone.Name, size, batchSize,
            new(Of(row => row.PyTorch), Of(row => row.TorchSharp), Of(row => row.OnnxRuntime), Of(row => row.Ours),
                rows[0].OursBFloat16 is null ? null : Of(row => row.OursBFloat16!.Value)),
            new(Of(row => row.PyTorch / row.Ours), Of(row => row.TorchSharp / row.Ours), Of(row => row.OnnxRuntime / row.Ours)));

        double Of(Func<ForwardTimes, double> figure) => Median.Of(rows.Select(figure));
    }

    private static double Frozen(ImageModel model, Tensor images, ScalarType type, double seconds)
    {
        using var frozen = new FrozenModel(model, type);
        return Milliseconds(() => frozen.Logits(images), seconds);
    }

    // The first runs prepare what the others find.
    private static double Milliseconds(Func<Tensor> forward, double seconds)
    {
        using var untracked = no_grad();
        for (var run = 0; run < 2; run++) forward().Dispose();
        var start = Stopwatch.GetTimestamp();
        var runs = 0;
        do
        {
            forward().Dispose();
            runs++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / runs;
    }
}

/// <summary>A network in ONNX Runtime, on the processor, with as many threads as libtorch.</summary>
internal sealed class OnnxNetwork : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxNetwork(ImageModel model, Backbone backbone)
    {
        model.eval();
        var described = new OnnxDescription(
            backbone.Name, "linear", [.. Enumerable.Range(0, backbone.Classes).Select(index => $"{index}")], backbone.Preprocessing);
        using var options = new SessionOptions
        {
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = get_num_threads(),
        };
        _session = new(OnnxModel.Build(model, described, new() { Preprocessing = OnnxPreprocessing.None }).ToByteArray(), options);
    }

    /// <summary>Images (N, 3, H, W) to probabilities (N, classes).</summary>
    public Tensor Run(float[] images, long[] shape)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(images, shape);
        using var options = new RunOptions();
        using var results = _session.Run(options, [OnnxModel.Input], [input], [OnnxModel.Output]);
        return tensor(results[0].GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose() => _session.Dispose();
}
