using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>ConvNeXt (Liu et al. 2022, https://arxiv.org/abs/2201.03545) with torchvision's layer names.</summary>
internal sealed class ConvNeXt : ImageModel
{
    private const double Epsilon = 1e-6;

    private ConvNeXt(long[] widths, int[] depths, double lastDrop, Container classifier)
        : base(nameof(ConvNeXt), "classifier.2", (int)widths[^1], classifier)
    {
        var layers = new List<NamedModule> { new Patches(widths[0]) };
        int blocks = depths.Sum(), built = 0;
        for (int stage = 0; stage < widths.Length; stage++)
        {
            if (stage > 0) layers.Add(new Reduction(widths[stage - 1], widths[stage]));
            var row = new NamedModule[depths[stage]];
            for (int i = 0; i < row.Length; i++, built++) row[i] = new Block(widths[stage], lastDrop * built / (blocks - 1));
            layers.Add(new Sequence(row));
        }

        Child("features", new Sequence(layers));
        LayerNorm norm = Child("classifier", classifier).Child("0", nn.LayerNorm(widths[^1], Epsilon));
        Groups =
        [
            .. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer)),
            new("classifier.0", [norm], maps => norm.call(maps.to(norm.weight.dtype).mean([2, 3])), maps => maps.Mean().Through(norm)),
        ];
        foreach (Conv2d convolution in modules().OfType<Conv2d>()) Initialize(convolution.weight!, convolution.bias!);
        foreach (Linear linear in modules().OfType<Linear>()) Initialize(linear.weight!, linear.bias!);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("tiny", [96, 192, 384, 768], [3, 3, 9, 3], 0.1, 28_589_128, 236),
        Variant("small", [96, 192, 384, 768], [3, 3, 27, 3], 0.4, 50_223_688, 230),
        Variant("base", [128, 256, 512, 1024], [3, 3, 27, 3], 0.5, 88_591_464, 232),
        Variant("large", [192, 384, 768, 1536], [3, 3, 27, 3], 0.5, 197_767_336, 232),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialize(weight, bias);

    private static Backbone Variant(string name, long[] widths, int[] depths, double lastDrop, long parameters, int resizeTo) => new(
        $"convnext_{name}", "ConvNeXt", (int)widths[^1], parameters, Preprocessing.ImageNet with { ResizeTo = resizeTo },
        () => new ConvNeXt(widths, depths, lastDrop, new("classifier")))
    {
        InputSizes = InputSizes.AtLeast(32),
    };

    private static void Initialize(Tensor weight, Tensor bias)
    {
        Initialization.TruncatedNormal(weight, 0.02);
        nn.init.zeros_(bias);
    }

    /// <summary>Patches of 4 × 4 pixels to channels.</summary>
    private sealed class Patches : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _patch;
        private readonly LayerNormUnit _norm;

        public Patches(long width) : base(nameof(Patches))
        {
            _patch = Convolution("0", null, new(3, width, 4, 4));
            _norm = LayerNorm("1", width, Epsilon);
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor maps = _patch.Forward(input);
            return _norm.ForwardMaps(maps);
        }

        public SymbolicTensor Export(SymbolicTensor input) => _norm.ExportMaps(_patch.Export(input));
    }

    /// <summary>Layer norm, then a 2×2 convolution that halves height and width.</summary>
    private sealed class Reduction : NamedModule, IExportable
    {
        private readonly LayerNormUnit _norm;
        private readonly ConvolutionUnit _reduce;

        public Reduction(long inputs, long outputs) : base(nameof(Reduction))
        {
            _norm = LayerNorm("0", inputs, Epsilon);
            _reduce = Convolution("1", null, new(inputs, outputs, 2, 2));
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor maps = _norm.ForwardMaps(input);
            return _reduce.Forward(maps);
        }

        public SymbolicTensor Export(SymbolicTensor input) => _reduce.Export(_norm.ExportMaps(input));
    }

    /// <summary>Depthwise 7×7, layer norm, then a perceptron for each pixel, its outputs scaled; residual.</summary>
    private sealed class Block : NamedModule, IExportable
    {
        private readonly Path _path;
        private readonly double _drop;

        public Block(long width, double drop) : base(nameof(Block))
        {
            register_parameter("layer_scale", new Parameter(full(width, 1, 1, 1e-6f)));
            _path = Child("block", new Path(width, () => get_parameter("layer_scale")!));
            _drop = drop;
        }

        public override Tensor forward(Tensor input) => StochasticDepth.Drop(_path.call(input), _drop, training).add_(input);

        public SymbolicTensor Export(SymbolicTensor input) => _path.Export(input) + input;
    }

    private sealed class Path : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _mix;
        private readonly LayerNormUnit _norm;
        private readonly LinearUnit _expand;
        private readonly LinearUnit _narrow;

        public Path(long width, Func<Tensor> scale) : base(nameof(Path))
        {
            _mix = Convolution("0", null, new(width, width, 7, 1, 3, width));
            _norm = LayerNorm("2", width, Epsilon);
            _expand = Linear("3", width, 4 * width);
            _narrow = Linear("5", 4 * width, width, scale);
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor wide = Expanded(input);
            using Tensor narrow = _narrow.Forward(wide);
            return narrow.permute(0, 3, 1, 2);
        }

        public SymbolicTensor Export(SymbolicTensor input)
        {
            SymbolicTensor mixed = _norm.Export(_mix.Export(input).Permute(0, 2, 3, 1));
            return _narrow.Export(_expand.Export(mixed).Gelu()).Permute(0, 3, 1, 2);
        }

        private Tensor Expanded(Tensor input)
        {
            using Tensor mixed = Mixed(input);
            using Tensor wide = _expand.Forward(mixed);
            return wide.gelu();
        }

        private Tensor Mixed(Tensor input)
        {
            using Tensor maps = _mix.Forward(input);
            using Tensor channelsLast = maps.permute(0, 2, 3, 1);
            return _norm.Forward(channelsLast);
        }
    }
}
