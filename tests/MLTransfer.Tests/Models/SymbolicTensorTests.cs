using MLTransfer.Graphs.Onnx;
using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Graphs.Onnx;
using MLTransfer.Tests.Models.Packing;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>Each operation computes what torch's does, and knows the shape of its result.</summary>
public class SymbolicTensorTests
{
    private const double Tolerance = 1e-5;

    // Eight channels, so that the layers below have groups.
    private static readonly nn.Module<Tensor, Tensor> Layers = InEvaluation(nn.Sequential(
        nn.Conv2d(8, 4, (3, 2), stride: (2, 1), padding: (1, 0), dilation: (1, 2), groups: 2), nn.BatchNorm2d(4), nn.ReLU(),
        nn.Dropout(), nn.Identity(), nn.GELU(), nn.Flatten(), nn.Linear(64, 5, hasBias: false), nn.LayerNorm(5),
        nn.LogSoftmax(1)));

    private static readonly Tensor Mask = arange(49, ScalarType.Float32).reshape(7, 7);

    public static TheoryData<string> Operations => [.. Cases.Keys];

    private static Dictionary<string, (Func<SymbolicTensor, SymbolicTensor> Graph, Func<Tensor, Tensor> Torch)> Cases { get; } = new()
    {
        ["largest, last square beyond the edge"] = (x => x.MaxPool(3, 2, ceiling: true), x => MaxPool(x, 3, 2, 0)),
        ["largest, last square would begin outside"] = (x => x.MaxPool(2, 3, 1, ceiling: true), x => MaxPool(x, 2, 3, 1)),
        ["largest"] = (x => x.MaxPool(3, 2, 1), x => nn.functional.max_pool2d(x, 3, 2, 1)),
        ["averages with zeros"] = (x => x.AveragePool(3, 2, 1), x => nn.functional.avg_pool2d(x, 3, 2, 1)),
        ["averages to uneven parts"] = (x => x.AdaptiveAveragePool(4), x => nn.functional.adaptive_avg_pool2d(x, 4)),
        ["averages to more than there are"] = (x => x.AdaptiveAveragePool(9), x => nn.functional.adaptive_avg_pool2d(x, 9)),
        ["mean"] = (x => x.Mean(), x => x.mean([2, 3])),
        ["gelu"] = (x => x.Gelu(), x => x.gelu()),
        ["silu"] = (x => x.Silu(), x => x * x.sigmoid()),
        ["hard swish"] = (x => (x * 4).HardSwish(), x => (x * 4).hardswish()),
        ["hard sigmoid"] = (x => (x * 4).HardSigmoid(), x => (x * 4).hardsigmoid()),
        ["relu6"] = (x => (x * 8).Relu6(), x => (x * 8).relu6()),
        ["logarithm of softmax"] = (x => x.LogSoftmax(), x => nn.functional.log_softmax(x, -1)),
        ["tanh"] = (x => x.Tanh(), x => x.tanh()),
        ["attention"] = (x => x.Attend(x * 2, x), x => nn.functional.scaled_dot_product_attention(x, x * 2, x)),
        ["attention with a mask"] = (
            x => x.Attend(x, x * 2, Mask), x => nn.functional.scaled_dot_product_attention(x, x, x * 2, Mask)),
        ["lengths of one"] = (x => x.Normalized(), x => nn.functional.normalize(x, dim: -1)),
        ["every second"] = (x => x.Slice(2, 1, 7, 2), x => x.slice(2, 1, 7, 2)),
        ["zeros around"] = (x => x.Pad(2, 1, 2), x => nn.functional.pad(x, [0, 0, 1, 2])),
        ["moved forward"] = (x => x.Roll(2, 3), x => x.roll(3, 2)),
        ["moved back"] = (x => x.Roll(3, -2), x => x.roll(-2, 3)),
        ["windows and back"] = (
            x => x.Reshape(-1, 7, 6).Permute(0, 2, 1).Reshape(-1, 2, 6, 7), x => x.reshape(-1, 7, 6).permute(0, 2, 1).reshape(-1, 2, 6, 7)),
        ["torch's layers"] = (x => x.Through(Layers), x => Layers.call(x)),
    };

    [Theory, MemberData(nameof(Operations))]
    public void An_operation_computes_what_torch_does(string name)
    {
        using var scope = NewDisposeScope();
        using var untracked = no_grad();
        var generator = new Generator(5, CPU);
        Tensor input = randn([2, 8, 7, 6], generator: generator);
        (Func<SymbolicTensor, SymbolicTensor> export, Func<Tensor, Tensor> compute) = Cases[name];
        ExportedPart.AssertComputes(compute(input), export, input, Tolerance);
        PackedPart.AssertComputes(compute(input), export, input, Tolerance);
    }

    [Fact]
    public void A_layer_that_is_not_known_says_what_to_implement()
    {
        var graph = new OnnxGraph(ScalarType.Float32);
        using var layer = nn.ELU();
        Assert.Equal(
            "The module ELU (ELU) cannot be exported: implement IExportable in it, which describes what its forward computes.",
            Assert.Throws<NotSupportedException>(() => new SymbolicTensor(graph, "x", -1, 3).Through(layer)).Message);
    }

    [Fact]
    public void A_layer_of_torch_whose_settings_would_be_lost_says_which_are_possible()
    {
        var graph = new OnnxGraph(ScalarType.Float32);
        nn.Module[] layers =
        [
            nn.LayerNorm(3, elementwise_affine: false), nn.LayerNorm([5, 3]), nn.GELU(TorchSharp.Modules.GELU.Approximate.tanh),
            nn.LogSoftmax(0),
            nn.Flatten(2), nn.BatchNorm2d(3, affine: false), nn.BatchNorm2d(3, track_running_stats: false),
            nn.Conv2d(3, 3, 3, padding: Padding.Same), nn.Conv2d(3, 3, 3, padding: 1, padding_mode: PaddingModes.Reflect),
        ];
        foreach (nn.Module layer in layers)
        {
            using (layer)
            {
                Assert.Contains($"cannot be exported with its settings; a {layer.GetType().Name} ",
                    Assert.Throws<NotSupportedException>(() => new SymbolicTensor(graph, "x", -1, 3, 5, 5).Through(layer)).Message,
                    StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_told()
    {
        var graph = new OnnxGraph(ScalarType.Float32);
        SymbolicTensor left = new(graph, "x", -1, 3, 4), right = new(graph, "y", -1, 2, 4);
        Assert.Equal("The shapes (-1, 3, 4) and (-1, 2, 4) do not fit together.",
            Assert.Throws<ArgumentException>(() => left + right).Message);
        Assert.StartsWith("A tensor (-1, 3, 4) cannot have the shape (-1, 5).",
            Assert.Throws<ArgumentException>(() => left.Reshape(-1, 5)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Unexported.Group, "The layer group 'layer1' cannot be exported: it is computed by a function. Give the constructor of")]
    [InlineData(Unexported.Pool, "Half cannot be exported: it overrides Pool(Tensor). Override Pool(SymbolicTensor) too")]
    [InlineData(Unexported.Classify, "Half cannot be exported: it overrides Classify(Tensor). Override Classify(SymbolicTensor) too")]
    [InlineData(Unexported.Forward, "Half cannot be exported: it overrides forward. Override Classify or Pool instead.")]
    public void A_custom_network_without_its_form_for_export_says_what_to_implement(Unexported missing, string reason)
    {
        using ImageModel network = missing switch
        {
            Unexported.Pool => new OwnPool(),
            Unexported.Classify => new OwnClassify(),
            Unexported.Forward => new OwnForward(),
            _ => new Half(exports: false),
        };
        network.ResetClassifier(2);
        var description = new OnnxDescription("half", "linear", ["a", "b"], Preprocessing.Cifar);
        Assert.StartsWith(reason, Assert.Throws<NotSupportedException>(() => OnnxModel.Build(network, description, new())).Message,
            StringComparison.Ordinal);
    }

    private static nn.Module<Tensor, Tensor> InEvaluation(nn.Module<Tensor, Tensor> module)
    {
        module.eval();
        return module;
    }

    private static Tensor MaxPool(Tensor maps, long kernel, long stride, long padding) =>
        nn.functional.max_pool2d(maps, kernel, stride, padding, ceil_mode: true);

    /// <summary>What a network does without a form for export.</summary>
    public enum Unexported
    {
        Group,
        Pool,
        Classify,
        Forward,
    }

    private class Half : ImageModel
    {
        public Half(bool exports = true) : base(nameof(Half), "fc", 8)
        {
            var layer = Child("layer1", nn.Conv2d(3, 8, 3));
            Groups = [exports ? new("layer1", layer) : new("layer1", [layer], layer.call)];
        }

        public override IReadOnlyList<LayerGroup> Groups { get; }
    }

    private sealed class OwnPool : Half
    {
        protected override Tensor Pool(Tensor maps) => maps.amax([2, 3]);
    }

    private sealed class OwnClassify : Half
    {
        public override Tensor Classify(Tensor maps) => base.Classify(maps).tanh();
    }

    private sealed class OwnForward : Half
    {
        public override Tensor forward(Tensor input) => base.forward(input).tanh();
    }
}
