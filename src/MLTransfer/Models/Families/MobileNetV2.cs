using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>MobileNet v2 (Sandler et al. 2018, https://arxiv.org/abs/1801.04381) with torchvision's layer names.</summary>
internal sealed class MobileNetV2 : ImageModel
{
    private const int Width = 1280;

    private static readonly (long Expansion, long Outputs, int Blocks, long Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    private MobileNetV2(Container classifier) : base(nameof(MobileNetV2), "classifier.1", Width, classifier, dropout: 0.2)
    {
        long channels = 32;
        var layers = new List<NamedModule> { new ConvolutionModule(new(3, channels, 3, 2, 1), BatchNormOptions.Default, Activation.Relu6) };
        foreach ((long expansion, long outputs, int blocks, long firstStride) in Stages)
        {
            for (int block = 0; block < blocks; block++)
            {
                long stride = block == 0 ? firstStride : 1;
                layers.Add(new InvertedResidual(
                    "conv", new Path(channels, outputs, expansion, stride), added: stride == 1 && channels == outputs));
                channels = outputs;
            }
        }

        layers.Add(new ConvolutionModule(new(channels, Width, 1), BatchNormOptions.Default, Activation.Relu6));
        Child("features", new Sequence(layers));
        Child("classifier", classifier);
        Groups = [.. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer))];
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("mobilenet_v2", "MobileNet v2", Width, 3_504_872, Preprocessing.ImageNet with { ResizeTo = 232 },
        () => new MobileNetV2(new("classifier"))),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialization.NormalLinear(weight, bias, 0.01);

    /// <summary>1×1 to more channels where there is an expansion, depthwise 3×3, 1×1 to few channels without an activation.</summary>
    private sealed class Path : NamedModule, IExportable
    {
        private readonly ConvolutionModule[] _wide;
        private readonly ConvolutionUnit _narrow;

        public Path(long inputs, long outputs, long expansion, long stride) : base(nameof(Path))
        {
            long width = inputs * expansion;
            var depthwise = new ConvolutionModule(new(width, width, 3, stride, 1, width), BatchNormOptions.Default, Activation.Relu6);
            _wide = expansion == 1 ? [depthwise] : [new(new(inputs, width, 1), BatchNormOptions.Default, Activation.Relu6), depthwise];
            for (int i = 0; i < _wide.Length; i++) Child($"{i}", _wide[i]);
            _narrow = Convolution($"{_wide.Length}", $"{_wide.Length + 1}", new(width, outputs, 1));
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor state = Widened(input);
            return _narrow.Forward(state);
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            _narrow.Export(_wide.Aggregate(input, (state, module) => module.Export(state)));

        private Tensor Widened(Tensor input)
        {
            if (_wide is [var only]) return only.call(input);
            using Tensor expanded = _wide[0].call(input);
            return _wide[1].call(expanded);
        }
    }
}
