using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;
using Onnx;
using TorchSharp;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>A network with random weights and real images of its size, scored by this library and, exported, by ONNX Runtime.</summary>
internal sealed class OnnxScene : IDisposable
{
    /// <summary>The photographs; a few, so that the largest network is done in time.</summary>
    public const string Photographs = "data/hymenoptera/val";

    private const int Images = 3;
    private const double Spread = 2;

    private readonly OnnxDescription _described;

    /// <param name="backbone">The network.</param>
    /// <param name="side">The side of its images; null: a small one.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="head">The head; null: the architecture's own.</param>
    /// <param name="channels">The order of the colors that the network takes.</param>
    public OnnxScene(
        Backbone backbone, int? side = null, int classes = 5, ClassifierHead? head = null, ChannelOrder channels = ChannelOrder.Rgb)
    {
        _described = new(backbone.Name, "linear", [.. Enumerable.Range(0, classes).Select(index => $"class {index}")],
            backbone.Preprocessing.ForSize(side ?? Zoo.SmallSide(backbone)) with { Channels = channels });
        random.manual_seed(3);
        Network = backbone.Build(classes, head);
        RandomWeights.Fill(Network);
        ImageSource[] sources = [.. Paths().Select(ImageSource.FromPath)];
        var loader = new BatchLoader(sources, Preprocessing.EvaluationTransforms(), Images);
        ImageBatch batch = loader.Load([.. Enumerable.Range(0, Images)], epoch: 0, CancellationToken.None).Single();
        Pixels = batch.Pixels[..(Images * Side * Side * 3)];
        Normalized = ImageTensor.From(batch, Preprocessing, CPU);
        SpreadLogits();
    }

    public ImageModel Network { get; }

    public Preprocessing Preprocessing => _described.Preprocessing;

    public int Side => Preprocessing.CropTo;

    /// <summary>The images in bytes, (N, S, S, 3).</summary>
    public byte[] Pixels { get; }

    /// <summary>The images as the network sees them, (N, 3, S, S).</summary>
    public Tensor Normalized { get; }

    public static IEnumerable<string> Paths() =>
        Directory.EnumerateFiles(SharedFolder.PathOf(Photographs), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where((_, index) => index % 50 == 0).Take(Images);

    public ModelProto Export(OnnxExportOptions? options = null) => OnnxModel.Build(Network, _described, options ?? new());

    /// <summary>The probabilities that this library gives.</summary>
    public float[] Expected()
    {
        using var scope = NewDisposeScope();
        using var frozen = new FrozenModel(Network, ScalarType.Float32);
        return frozen.Logits(Normalized).softmax(1).data<float>().ToArray();
    }

    /// <summary>The probabilities that ONNX Runtime gives for <see cref="Pixels"/>.</summary>
    public float[] Exported(ModelProto model)
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("model.onnx");
        OnnxFile.Write(path, model);
        using var session = new OnnxSession(path);
        return session.Run(new DenseTensor<byte>(Pixels, [Images, Side, Side, 3]));
    }

    public static float LargestDifference(float[] actual, float[] expected)
    {
        Assert.Equal(expected.Length, actual.Length);
        return actual.Zip(expected, (one, other) => Math.Abs(one - other)).Max();
    }

    public void Dispose()
    {
        Normalized.Dispose();
        Network.Dispose();
    }

    // Random networks give every class about the same score: a difference would hardly change the probabilities.
    private void SpreadLogits()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Network.eval();
        Tensor logits = Network.call(Normalized);
        string[] last = [.. Network.Head.named_parameters().Select(named => named.name).TakeLast(2)];
        foreach (string name in last) Network.Head.get_parameter(name)!.mul_(Spread / logits.std());
    }
}

/// <summary>A model in ONNX Runtime, on the processor.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;

    public OnnxSession(byte[] model) => _session = new(model, Options());

    public OnnxSession(string path) => _session = new(path, Options());

    public InferenceSession Session => _session;

    public float[] Run<T>(DenseTensor<T> images)
    {
        using var results = _session.Run([NamedOnnxValue.CreateFromTensor(OnnxModel.Input, images)]);
        return [.. results.Single().AsTensor<float>()];
    }

    public void Dispose() => _session.Dispose();

    private static SessionOptions Options() => new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
}
