using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>Frozen networks on random images in memory.</summary>
internal static class ForwardJob
{
    private const string Ours = "MLTransfer";
    private const double SecondsABatchSize = 1.5;
    private const long MatrixSize = 2048;

    private static readonly (string Key, int Size)[] Batches =
        [(FigureKind.OneAtATime, 1), (FigureKind.ThirtyTwo, FrozenModel.BatchSize)];

    // For each line, a batch size and a side, runs the network until the seconds have passed and answers with milliseconds a batch.
    private const string Script = """
        model = network(int(rest[0])).eval()
        print('ready', flush=True)
        with torch.no_grad():
            for line in sys.stdin:
                batch, size, seconds = line.split()
                images = torch.randn(int(batch), 3, int(size), int(size))
                for run in range(2):
                    model(images)
                start, runs = time.perf_counter(), 0
                while time.perf_counter() - start < float(seconds) or runs == 0:
                    model(images)
                    runs += 1
                print((time.perf_counter() - start) * 1000 / runs, flush=True)
        """;

    internal static CompareJob Job { get; } = new(
        "forward", "The network alone",
        "Random images in memory through the frozen network, to scores, one at a time and in batches: eager PyTorch, eager TorchSharp in "
        + "its default memory format, ONNX Runtime on the exported network, which computes probabilities too, and MLTransfer as it "
        + "predicts. GFLOP/s are those of 32 images, two operations for each multiply-add; the last rows are, for comparison, libtorch's "
        + $"product of two matrices of {MatrixSize} × {MatrixSize}.",
        WarmsUp: false, _ => "", OpenAsync);

    private static async Task<OpenJob> OpenAsync(CompareSettings settings, CancellationToken cancel)
    {
        var backbone = settings.Backbone;
        var size = backbone.Preprocessing.CropTo;
        (string Name, PythonPeer Process)[] peers =
        [
            .. MallocSettings.All.Select(
                malloc => ($"PyTorch{malloc.Note}", PythonNetwork.Start(settings, Script, malloc, $"{backbone.Classes}"))),
        ];
        foreach (var peer in peers) await peer.Process.AnswerAsync(cancel).ConfigureAwait(false);
        var model = backbone.Build(backbone.Classes);
        var session = new OnnxNetwork(model, backbone);
        // Channels-last, as images come from the loader; and as planes, for the others.
        Tensor[] images = [.. Batches.Select(batch => randn(batch.Size, size, size, 3).permute(0, 3, 1, 2))];
        Tensor[] planes = [.. images.Select(each => each.contiguous())];
        float[][] values = [.. planes.Select(each => each.data<float>().ToArray())];
        ScalarType[] types = ProcessorFeatures.FastBFloat16 ? [ScalarType.BFloat16, ScalarType.Float32] : [ScalarType.Float32];
        CompareSide[] sides =
        [
            .. peers.Select(peer => PeerSide(backbone, peer.Name, peer.Process)),
            Side(backbone, "TorchSharp", at =>
            {
                model.eval();
                return Milliseconds(() => model.call(planes[at]));
            }),
            Side(backbone, "ONNX Runtime", at => Milliseconds(() => session.Run(values[at], planes[at].shape))),
            Side(backbone, Ours, at => Frozen(model, images[at], types[0])),
            .. types.Skip(1).Select(type => Side(backbone, $"{Ours}, float32", at => Frozen(model, images[at], type))),
            .. types.Select(MatrixProduct),
        ];
        return new(Ours, sides, [.. peers.Select(peer => peer.Process), session, model, .. images, .. planes]);
    }

    private static CompareSide PeerSide(Backbone backbone, string name, PythonPeer peer) => new(name, async cancel =>
    {
        var figures = new Dictionary<string, double>();
        foreach (var (key, batch) in Batches)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{batch} {backbone.Preprocessing.CropTo} {SecondsABatchSize}");
            figures[key] = double.Parse(await peer.AskAsync(line, cancel).ConfigureAwait(false), CultureInfo.InvariantCulture);
        }
        return WithSpeed(backbone, figures);
    });

    private static CompareSide Side(Backbone backbone, string name, Func<int, double> milliseconds) => new(name, _ => Task.FromResult(
        WithSpeed(backbone, Enumerable.Range(0, Batches.Length).ToDictionary(at => Batches[at].Key, milliseconds))));

    // A network whose multiply-adds are not known has no such figure.
    private static Dictionary<string, double> WithSpeed(Backbone backbone, Dictionary<string, double> figures)
    {
        var operations = 2.0 * backbone.MultiplyAdds * FrozenModel.BatchSize;
        if (operations > 0) figures[FigureKind.GigaflopsPerSecond] = operations / figures[FigureKind.ThirtyTwo] / 1e6;
        return figures;
    }

    private static CompareSide MatrixProduct(ScalarType type) =>
        new(type == ScalarType.Float32 ? "matrix product, float32" : "matrix product, bfloat16", _ =>
        {
            using Tensor left = randn(MatrixSize, MatrixSize).to(type), right = randn(MatrixSize, MatrixSize).to(type);
            var operations = 2.0 * MatrixSize * MatrixSize * MatrixSize;
            return Task.FromResult(new Dictionary<string, double>
            {
                [FigureKind.GigaflopsPerSecond] = operations / Milliseconds(() => left.mm(right)) / 1e6,
            });
        });

    private static double Frozen(ImageModel model, Tensor images, ScalarType type)
    {
        using var frozen = new FrozenModel(model, type);
        return Milliseconds(() => frozen.Logits(images));
    }

    // The first runs prepare what the others find.
    private static double Milliseconds(Func<Tensor> forward)
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
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < SecondsABatchSize);
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
        using var options = Options(get_num_threads());
        _session = new(OnnxModel.Build(model, described, new() { Preprocessing = OnnxPreprocessing.None }).ToByteArray(), options);
    }

    /// <summary>What every session of the comparison is opened with.</summary>
    internal static SessionOptions Options(int threads) =>
        new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, IntraOpNumThreads = threads };

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
