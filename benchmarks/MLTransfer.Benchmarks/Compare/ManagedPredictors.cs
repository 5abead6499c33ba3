using Microsoft.ML;
using Microsoft.ML.OnnxRuntime;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;

namespace MLTransfer.Benchmarks.Compare;

/// <summary>A saved ML.NET pipeline: of this library, or of ML.NET's own transforms around the exported network.</summary>
internal sealed class PipelinePredictor<TResult>(string name, string model, PredictionFiles files, Func<TResult, float[]> scores)
    : ManagedPredictor(name, files)
    where TResult : class, new()
{
    private readonly MLContext _ml = new(seed: 1);
    private ITransformer? _model;
    private PredictionEngine<ImageFile, TResult>? _engine;

    protected override void Load()
    {
        Dispose();
        _model = _ml.Model.Load(model, out _);
        _engine = _ml.Model.CreatePredictionEngine<ImageFile, TResult>(_model);
    }

    protected override void One(string path) => _ = scores(_engine!.Predict(new() { ImagePath = path }));

    protected override int All(CancellationToken cancel) => _ml.Data
        .CreateEnumerable<TResult>(
            _model!.Transform(_ml.Data.LoadFromEnumerable(Files.Images.Select(path => new ImageFile { ImagePath = path }))),
            reuseRowObject: false)
        .Count(row => scores(row).Length == Files.Classes);

    public override void Dispose()
    {
        _engine?.Dispose();
        (_model as IDisposable)?.Dispose();
    }
}

/// <summary>What ML.NET's pipeline adds to a row.</summary>
internal sealed class OnnxRow
{
    /// <summary>One probability per class; the name is that of the network's output.</summary>
    public float[] probabilities { get; set; } = []; // The column must have this name.
}

/// <summary>ONNX Runtime on the exported network, with images decoded by this library.</summary>
internal sealed class OnnxRuntimePredictor(PredictionFiles files, int threads) : ManagedPredictor("ONNX Runtime", files)
{
    private readonly IReadOnlyList<ImageTransform> _transforms = files.Preprocessing.EvaluationTransforms();
    private readonly SessionOptions _options = OnnxNetwork.Options(threads);
    private InferenceSession? _session;

    protected override void Load()
    {
        _session?.Dispose();
        _session = new(Files.Onnx, _options);
    }

    protected override void One(string path) => Run(ImageBatch.LoadOne(new FileImage(path), _transforms));

    protected override int All(CancellationToken cancel) => Files.Batches(cancel).Sum(Run);

    private int Run(ImageBatch batch)
    {
        var pixels = batch.Pixels.AsMemory(0, batch.Count * batch.Height * batch.Width * 3);
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, pixels, [batch.Count, batch.Height, batch.Width, 3]);
        using var options = new RunOptions();
        using var results = _session!.Run(options, [OnnxModel.Input], [input], [OnnxModel.Output]);
        return results[0].GetTensorDataAsSpan<float>().Length / Files.Classes;
    }

    public override void Dispose()
    {
        _session?.Dispose();
        _options.Dispose();
    }
}

/// <summary>The network called as a module of TorchSharp, with images decoded by this library.</summary>
internal sealed class TorchSharpPredictor(Backbone backbone, PredictionFiles files) : ManagedPredictor("TorchSharp", files)
{
    private readonly IReadOnlyList<ImageTransform> _transforms = files.Preprocessing.EvaluationTransforms();
    private ImageModel? _model;

    protected override void Load()
    {
        _model?.Dispose();
        _model = backbone.Build(Files.Classes);
        StateDict.LoadFile(_model, Files.Weights, backbone.Name);
        _model.eval();
    }

    protected override void One(string path) => Run(ImageBatch.LoadOne(new FileImage(path), _transforms));

    protected override int All(CancellationToken cancel) => Files.Batches(cancel).Sum(Run);

    private int Run(ImageBatch batch)
    {
        using var scope = torch.NewDisposeScope();
        using var untracked = torch.no_grad();
        using var images = ImageTensor.From(batch, Files.Preprocessing, torch.CPU);
        return torch.nn.functional.softmax(_model!.call(images.contiguous()), 1).data<float>().ToArray().Length / Files.Classes;
    }

    public override void Dispose() => _model?.Dispose();
}
