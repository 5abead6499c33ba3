using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>MobileNet v3 (Howard et al. 2019, https://arxiv.org/abs/1905.02244, tables 1 and 2) with torchvision's layer names.</summary>
internal sealed class MobileNetV3 : ImageModel
{
    private static readonly BatchNormOptions Norm = new(Epsilon: 1e-3, Momentum: 0.01);

    private static readonly Block[] Large =
    [
        new(3, 16, 16, false, Activation.Relu, 1),
        new(3, 64, 24, false, Activation.Relu, 2),
        new(3, 72, 24, false, Activation.Relu, 1),
        new(5, 72, 40, true, Activation.Relu, 2),
        new(5, 120, 40, true, Activation.Relu, 1),
        new(5, 120, 40, true, Activation.Relu, 1),
        new(3, 240, 80, false, Activation.HardSwish, 2),
        new(3, 200, 80, false, Activation.HardSwish, 1),
        new(3, 184, 80, false, Activation.HardSwish, 1),
        new(3, 184, 80, false, Activation.HardSwish, 1),
        new(3, 480, 112, true, Activation.HardSwish, 1),
        new(3, 672, 112, true, Activation.HardSwish, 1),
        new(5, 672, 160, true, Activation.HardSwish, 2),
        new(5, 960, 160, true, Activation.HardSwish, 1),
        new(5, 960, 160, true, Activation.HardSwish, 1),
    ];

    private static readonly Block[] Small =
    [
        new(3, 16, 16, true, Activation.Relu, 2),
        new(3, 72, 24, false, Activation.Relu, 2),
        new(3, 88, 24, false, Activation.Relu, 1),
        new(5, 96, 40, true, Activation.HardSwish, 2),
        new(5, 240, 40, true, Activation.HardSwish, 1),
        new(5, 240, 40, true, Activation.HardSwish, 1),
        new(5, 120, 48, true, Activation.HardSwish, 1),
        new(5, 144, 48, true, Activation.HardSwish, 1),
        new(5, 288, 96, true, Activation.HardSwish, 2),
        new(5, 576, 96, true, Activation.HardSwish, 1),
        new(5, 576, 96, true, Activation.HardSwish, 1),
    ];

    private MobileNetV3(Block[] blocks, int width, Container classifier)
        : base(nameof(MobileNetV3), "classifier.3", width, classifier, dropout: 0.2)
    {
        long channels = 16;
        var layers = new List<NamedModule> { new ConvolutionModule(new(3, channels, 3, 2, 1), Norm, Activation.HardSwish) };
        foreach (Block block in blocks)
        {
            layers.Add(block.Build(channels));
            channels = block.Outputs;
        }

        layers.Add(new ConvolutionModule(new(channels, 6 * channels, 1), Norm, Activation.HardSwish));
        Child("features", new Sequence(layers));
        LinearUnit hidden = Child("classifier", classifier).Linear("0", 6 * channels, width);
        Groups =
        [
            .. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer)),
            new("classifier.0", [hidden.Layer], maps => Activation.HardSwish.Apply(hidden.Forward(maps.mean([2, 3]))),
                maps => hidden.Export(maps.Mean()).HardSwish()),
        ];
        Initialization.KaimingFanOut(this);
        InitializeClassifier(hidden.Layer.weight!, hidden.Layer.bias!);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("mobilenet_v3_large", "MobileNet v3", 1280, 5_483_032, Preprocessing.ImageNet with { ResizeTo = 232 },
            () => new MobileNetV3(Large, 1280, new("classifier"))),
        new("mobilenet_v3_small", "MobileNet v3", 1024, 2_542_856, Preprocessing.ImageNet,
            () => new MobileNetV3(Small, 1024, new("classifier"))),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialization.NormalLinear(weight, bias, 0.01);

    /// <summary>
    /// A line of the paper's table: kernel, expanded and output channels, whether it has squeeze and excitation, activation, stride.
    /// </summary>
    private sealed record Block(long Kernel, long Expanded, long Outputs, bool Squeezes, Activation Active, long Stride)
    {
        public InvertedResidual Build(long inputs)
        {
            SqueezeExcitation? squeeze = Squeezes
                ? new(Expanded, ChannelCount.Round(Expanded / 4), Activation.Relu, Activation.HardSigmoid) : null;
            return InvertedResidual.Depthwise(new(inputs, Expanded, Outputs, Kernel, Stride), Norm, Active, squeeze);
        }
    }
}
