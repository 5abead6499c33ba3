using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>MaxViT (Tu et al. 2022, https://arxiv.org/abs/2204.01697) with torchvision's layer names.</summary>
internal sealed class MaxVit : ImageModel
{
    private const long StemWidth = 64;
    private const double LastDrop = 0.2;

    private static readonly BatchNormOptions Norm = new(Epsilon: 1e-3, Momentum: 0.99);
    private static readonly (long Width, int Layers)[] Stages = [(64, 2), (128, 2), (256, 5), (512, 2)];

    private MaxVit(Container classifier) : base(nameof(MaxVit), "classifier.5", (int)Stages[^1].Width, classifier)
    {
        Container stem = Child("stem", new Container("stem"));
        ConvolutionUnit first = stem.Child("0", new Container("0"))
            .Convolution("0", "1", new(3, StemWidth, 3, 2, 1), Norm);
        ConvolutionUnit second = stem.Child("1", new Container("1")).Convolution("0", null, new(StemWidth, StemWidth, 3, 1, 1));
        Container blocks = Child("blocks", new Container("blocks"));
        var groups = new List<LayerGroup>
        {
            new("stem", [stem], images => second.Forward(first.Forward(images).gelu()),
                images => second.Export(first.Export(images).Gelu())),
        };
        long inputs = StemWidth;
        int last = Stages.Sum(stage => stage.Layers) - 1, built = 0;
        for (int stage = 0; stage < Stages.Length; stage++)
        {
            var layers = new NamedModule[Stages[stage].Layers];
            for (int i = 0; i < layers.Length; i++, built++)
            {
                layers[i] = new Layer(inputs, Stages[stage].Width, i == 0 ? 2 : 1, LastDrop * built / last);
                inputs = Stages[stage].Width;
            }

            Sequence sequence = blocks.Child($"{stage}", new Container("block")).Child("layers", new Sequence(layers));
            groups.Add(new($"blocks.{stage}", sequence));
        }

        Groups = [.. groups, .. BeforeClassifier(classifier)];
        foreach (Conv2d convolution in modules().OfType<Conv2d>()) Initialize(convolution.weight!, convolution.bias);
        foreach (Linear linear in modules().OfType<Linear>()) Initialize(linear.weight!, linear.bias);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("maxvit_t", "MaxViT", 512, 30_919_624, Preprocessing.ImageNet with { ResizeTo = 224, Interpolation = Interpolation.Bicubic },
        () => new MaxVit(new("classifier")))
        {
            ClassifierHasBias = false,
            // The smallest maps have 1/32 of the image's side, and every map must consist of whole windows.
            InputSizes = InputSizes.MultiplesOf(32 * PartitionAttention.Side),
        },
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override nn.Module<Tensor, Tensor> OwnClassifier(int classes) =>
        new LinearHead(FeatureWidth, classes, 0, InitializeClassifier, hasBias: false);

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialize(weight, bias);

    private LayerGroup[] BeforeClassifier(Container classifier)
    {
        Child("classifier", classifier);
        LayerNorm norm = classifier.Child("2", nn.LayerNorm(FeatureWidth));
        Linear squeeze = classifier.Child("3", Initialization.NewLinear(FeatureWidth, FeatureWidth));
        return
        [
            new("classifier.2", [norm], maps => norm.call(maps.to(norm.weight.dtype).mean([2, 3])), maps => maps.Mean().Through(norm)),
            new("classifier.3", [squeeze], vectors => squeeze.call(vectors).tanh(), vectors => vectors.Through(squeeze).Tanh()),
        ];
    }

    private static void Initialize(Tensor weight, Tensor? bias) => Initialization.NormalLinear(weight, bias, 0.02);

    /// <summary>Convolutions, attention within windows, attention across them.</summary>
    private sealed class Layer : NamedModule, IExportable
    {
        private const long HeadWidth = 32;

        private readonly Sequence _steps;

        public Layer(long inputs, long outputs, long stride, double drop) : base(nameof(Layer)) => _steps = Child("layers", new Sequence(
        [
            ("MBconv", new Convolutions(inputs, outputs, stride, drop)),
            ("window_attention", new PartitionAttention(outputs, outputs / HeadWidth, isGrid: false, drop)),
            ("grid_attention", new PartitionAttention(outputs, outputs / HeadWidth, isGrid: true, drop)),
        ]));

        public override Tensor forward(Tensor input) => _steps.call(input);

        public SymbolicTensor Export(SymbolicTensor input) => _steps.Export(input);
    }

    /// <summary>A pre-norm inverted residual: 1×1 to four times the channels, depthwise 3×3, squeeze and excitation, 1×1.</summary>
    private sealed class Convolutions : NamedModule, IExportable
    {
        private readonly ConvolutionUnit? _shortcut;
        private readonly BatchNorm2d _norm;
        private readonly ConvolutionUnit _widen;
        private readonly ConvolutionUnit _mix;
        private readonly SqueezeExcitation _squeeze;
        private readonly ConvolutionUnit _narrow;
        private readonly double _drop;

        public Convolutions(long inputs, long outputs, long stride, double drop) : base(nameof(Convolutions))
        {
            // The first layer of a block halves the maps; torchvision changes the number of channels there only.
            _shortcut = stride == 1 ? null : Child("proj", new Container("proj")).Convolution("1", null, new(inputs, outputs, 1));
            Container layers = Child("layers", new Container("layers"));
            long wide = 4 * outputs;
            _norm = layers.Child("pre_norm", nn.BatchNorm2d(inputs, Norm.Epsilon, Norm.Momentum));
            _widen = layers.Child("conv_a", new Container("conv_a"))
                .Convolution("0", "1", new(inputs, wide, 1), Norm);
            _mix = layers.Child("conv_b", new Container("conv_b"))
                .Convolution("0", "1", new(wide, wide, 3, stride, 1, wide), Norm);
            _squeeze = layers.Child("squeeze_excitation", new SqueezeExcitation(wide, outputs / 4, Activation.Silu, Activation.Sigmoid));
            _narrow = layers.Convolution("conv_c", null, new(wide, outputs, 1));
            _drop = drop;
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor mixed = _mix.Forward(_widen.Forward(_norm.call(input)).gelu()).gelu();
            Tensor branch = _narrow.Forward(_squeeze.call(mixed));
            Tensor shortcut = _shortcut is null ? input : _shortcut.Forward(nn.functional.avg_pool2d(input, 3, 2, 1));
            return StochasticDepth.Drop(branch, _drop, training).add_(shortcut).MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input)
        {
            SymbolicTensor mixed = _mix.Export(_widen.Export(input.Through(_norm)).Gelu()).Gelu();
            SymbolicTensor shortcut = _shortcut is null ? input : _shortcut.Export(input.AveragePool(3, 2, 1));
            return _narrow.Export(_squeeze.Export(mixed)) + shortcut;
        }
    }
}

/// <summary>
/// Attention among 7 × 7 positions of a map and a perceptron for each position, both pre-norm and residual: among neighbors in a window,
/// or in a grid of positions spread evenly over the map (Tu et al. 2022, https://arxiv.org/abs/2204.01697, section 3.2).
/// </summary>
internal sealed class PartitionAttention : NamedModule, IExportable
{
    /// <summary>The side of a window, and of a grid.</summary>
    public const int Side = 7;

    // Permutations of (N, rows of parts, side, columns of parts, side, C) that bring the parts first, then the positions within one.
    private static readonly long[] ByWindow = [0, 1, 3, 2, 4, 5];
    private static readonly long[] ByGrid = [0, 2, 4, 1, 3, 5];

    private readonly bool _isGrid;
    private readonly double _drop;
    private readonly LayerNormUnit _beforeAttention;
    private readonly RelativeAttention _attention;
    private readonly LayerNormUnit _beforePerceptron;
    private readonly LinearUnit _widen;
    private readonly LinearUnit _narrow;

    public PartitionAttention(long width, long heads, bool isGrid, double drop) : base(nameof(PartitionAttention))
    {
        (_isGrid, _drop) = (isGrid, drop);
        Container attention = Child("attn_layer", new Container("attn_layer"));
        _beforeAttention = attention.LayerNorm("0", width);
        _attention = attention.Child("1", new RelativeAttention(width, heads, Side));
        Container perceptron = Child("mlp_layer", new Container("mlp_layer"));
        _beforePerceptron = perceptron.LayerNorm("0", width);
        _widen = perceptron.Linear("1", width, 4 * width);
        _narrow = perceptron.Linear("3", 4 * width, width);
    }

    /// <summary>Maps (N, C, H, W) to maps of the same shape, channels-last in memory.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        long[] shape = input.shape, cut = Cut(shape), order = _isGrid ? ByGrid : ByWindow;
        Tensor parts = input.permute(0, 2, 3, 1).reshape(cut).permute(order).reshape(shape[0], -1, Side * Side, shape[1]);
        Tensor attended = StochasticDepth.Drop(Attended(parts), _drop, training).add_(parts);
        Tensor mixed = StochasticDepth.Drop(Mixed(attended), _drop, training).add_(attended);
        Tensor maps = mixed.view([.. order.Select(dimension => cut[dimension])]).permute(Inverse(order));
        return maps.reshape(shape[0], shape[2], shape[3], shape[1]).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        long[] shape = [.. input.Shape], cut = Cut(shape), order = _isGrid ? ByGrid : ByWindow;
        SymbolicTensor parts = input.Permute(0, 2, 3, 1).Reshape(cut).Permute(order).Reshape(-1, Side * Side, shape[1]);
        SymbolicTensor attended = _attention.Export(_beforeAttention.Export(parts)) + parts;
        SymbolicTensor mixed = _narrow.Export(_widen.Export(_beforePerceptron.Export(attended)).Gelu()) + attended;
        SymbolicTensor maps = mixed.Reshape([.. order.Select(dimension => cut[dimension])]).Permute(Inverse(order));
        return maps.Reshape(shape[0], shape[2], shape[3], shape[1]).Permute(0, 3, 1, 2);
    }

    /// <summary>(N, rows of parts, side, columns of parts, side, C) of maps (N, C, H, W).</summary>
    private long[] Cut(long[] shape)
    {
        long side = _isGrid ? shape[2] / Side : Side;
        return [shape[0], shape[2] / side, side, shape[3] / side, side, shape[1]];
    }

    private static long[] Inverse(long[] order) => [.. order.Select((_, dimension) => (long)Array.IndexOf(order, dimension))];

    private Tensor Attended(Tensor parts) => _attention.call(_beforeAttention.Forward(parts).flatten(0, 1)).view(parts.shape);

    private Tensor Mixed(Tensor parts) => _narrow.Forward(_widen.Forward(_beforePerceptron.Forward(parts)).gelu());
}

/// <summary>MaxViT's attention within a square, with a learned relative position bias.</summary>
internal sealed class RelativeAttention : NamedModule, IExportable
{
    private readonly long _heads;
    private readonly LinearUnit _project;
    private readonly LinearUnit _merge;
    private readonly DerivedTensor _bias;

    public RelativeAttention(long width, long heads, int side) : base(nameof(RelativeAttention))
    {
        _heads = heads;
        register_parameter("relative_position_bias_table",
            new Parameter(Initialization.TruncatedNormal(empty((2 * side - 1) * (2 * side - 1), heads), 0.02)));
        register_buffer("relative_position_index", RelativePositions.Index(side));
        _project = Linear("to_qkv", width, 3 * width);
        _merge = Linear("merge", width, width);
        _bias = Derived(() => RelativePositions
            .Bias(get_parameter("relative_position_bias_table")!, get_buffer("relative_position_index")!));
    }

    /// <summary>Vectors (N, side², C) to vectors of the same shape.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = MultiHead.Split(_project.Forward(input), 3, _heads);
        // torchvision divides the products by the root of all channels, not of one head's; attention itself divides by that.
        Tensor query = parts[0] / Math.Sqrt(_heads);
        Tensor attended = nn.functional.scaled_dot_product_attention(query, parts[1], parts[2], _bias.ToType(input.dtype));
        return _merge.Forward(MultiHead.Join(attended)).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor[] parts = MultiHead.Split(_project.Export(input), 3, _heads);
        return _merge.Export(MultiHead.Attend(parts[0] * (1 / Math.Sqrt(_heads)), parts[1], parts[2], _bias.Compute()));
    }
}
