using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// MobileNet v1 (Howard et al. 2017, https://arxiv.org/abs/1704.04861), width 1.0, whole or without its last block: depthwise and pointwise
/// convolutions with TensorFlow's SAME padding (the odd pixel goes right and bottom), batch norm with ε = 1e-3, ReLU6.
/// </summary>
internal sealed class MobileNetV1 : ImageModel
{
    private static readonly (long Outputs, long Stride)[] Blocks =
        [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1)];

    private MobileNetV1(int blocks) : base(nameof(MobileNetV1), "classifier", 1024)
    {
        var layers = new List<Layer> { new(new(3, 32, 3, 2)) };
        long width = 32;
        foreach ((long outputs, long stride) in Blocks.Take(blocks))
        {
            layers.Add(new(new(width, width, 3, stride, Groups: width)));
            layers.Add(new(new(width, outputs, 1)));
            width = outputs;
        }

        Child("features", new Sequence([.. layers]));
        Groups = [.. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer))];
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("mobilenet_v1", "MobileNet v1", 1024, 4_231_976, Preprocessing.Inception, () => new MobileNetV1(13)),
        new("mobilenet_v1_b12", "MobileNet v1", 1024, 3_170_088, Preprocessing.Inception, () => new MobileNetV1(12)),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private sealed class Layer : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _unit;
        private readonly bool _oddPixelLast;

        public Layer(ConvolutionShape shape) : base(nameof(Layer))
        {
            _oddPixelLast = shape is { Kernel: 3, Stride: 2 };
            _unit = Convolution("conv", "bn", shape with { Padding = _oddPixelLast ? 0 : shape.Kernel / 2 }, new BatchNormOptions(1e-3));
        }

        public override Tensor forward(Tensor input)
        {
            if (!_oddPixelLast) return Activation.Relu6.Apply(_unit.Forward(input));
            using Tensor padded = nn.functional.pad(input, [0, 1, 0, 1]);
            return Activation.Relu6.Apply(_unit.Forward(padded));
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            _unit.Export(_oddPixelLast ? input.Pad(2, 0, 1).Pad(3, 0, 1) : input).Relu6();
    }
}
