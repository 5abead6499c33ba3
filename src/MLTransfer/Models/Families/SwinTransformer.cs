using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Swin Transformer (Liu et al. 2021, https://arxiv.org/abs/2103.14030) and its second version (Liu et al. 2022,
/// https://arxiv.org/abs/2111.09883) with torchvision's layer names.
/// </summary>
internal sealed class SwinTransformer : ImageModel
{
    private SwinTransformer(long width, int[] depths, long[] heads, double lastDrop, bool isV2)
        : base(nameof(SwinTransformer), "head", (int)width << (depths.Length - 1))
    {
        var layers = new List<NamedModule> { new Patches(width) };
        int blocks = depths.Sum(), built = 0;
        for (int stage = 0; stage < depths.Length; stage++)
        {
            if (stage > 0) layers.Add(new PatchMerging(width << (stage - 1), isV2));
            var row = new NamedModule[depths[stage]];
            for (int i = 0; i < row.Length; i++, built++)
                row[i] = new SwinBlock(width << stage, Attention(width << stage, heads[stage], isOdd: i % 2 == 1, isV2), isV2,
                    lastDrop * built / (blocks - 1));
            layers.Add(new Sequence(row));
        }

        Child("features", new Sequence(layers));
        LayerNormUnit norm = LayerNorm("norm", FeatureWidth);
        Groups =
        [
            .. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer)),
            new("norm", [.. children().OfType<LayerNorm>()], maps => norm.Forward(maps).permute(0, 3, 1, 2),
                maps => norm.Export(maps).Permute(0, 3, 1, 2)),
        ];
        foreach (Linear linear in modules().OfType<Linear>())
        {
            Initialization.TruncatedNormal(linear.weight!, 0.02);
            if (linear.bias is { } bias) nn.init.zeros_(bias);
        }
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        V1("t", 96, [2, 2, 6, 2], [3, 6, 12, 24], 0.2, 28_288_354, 232),
        V1("s", 96, [2, 2, 18, 2], [3, 6, 12, 24], 0.3, 49_606_258, 246),
        V1("b", 128, [2, 2, 18, 2], [4, 8, 16, 32], 0.5, 87_768_224, 238),
        V2("t", 96, [2, 2, 6, 2], [3, 6, 12, 24], 0.2, 28_351_570, 260),
        V2("s", 96, [2, 2, 18, 2], [3, 6, 12, 24], 0.3, 49_737_442, 260),
        V2("b", 128, [2, 2, 18, 2], [4, 8, 16, 32], 0.5, 87_930_848, 272),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    internal override bool HasChannelsLast(LayerGroup group) => group != Groups[^1];

    protected override void InitializeClassifier(Tensor weight, Tensor bias)
    {
        Initialization.TruncatedNormal(weight, 0.02);
        nn.init.zeros_(bias);
    }

    private static Backbone V1(string name, long width, int[] depths, long[] heads, double lastDrop, long parameters, int resizeTo) =>
        new($"swin_{name}", "Swin", (int)width * 8, parameters,
            Preprocessing.ImageNet with { ResizeTo = resizeTo, Interpolation = Interpolation.Bicubic },
            () => new SwinTransformer(width, depths, heads, lastDrop, isV2: false))
        {
            InputSizes = InputSizes.AtLeast(32),
        };

    private static Backbone V2(string name, long width, int[] depths, long[] heads, double lastDrop, long parameters, int resizeTo) =>
        new($"swin_v2_{name}", "Swin v2", (int)width * 8, parameters,
            Preprocessing.ImageNet with { ResizeTo = resizeTo, CropTo = 256, Interpolation = Interpolation.Bicubic },
            () => new SwinTransformer(width, depths, heads, lastDrop, isV2: true))
        {
            InputSizes = InputSizes.AtLeast(32),
        };

    /// <summary>
    /// Windows of 7 × 7 positions in the first version, of 8 × 8 in the second; every second block shifts them by half.
    /// </summary>
    private static WindowAttention Attention(long width, long heads, bool isOdd, bool isV2) =>
        isV2 ? new CosineWindowAttention(width, heads, 8, isOdd ? 4 : 0) : new WindowAttention(width, heads, 7, isOdd ? 3 : 0);

    /// <summary>Patches of 4 × 4 pixels to maps (N, H, W, C).</summary>
    private sealed class Patches : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _patch;
        private readonly LayerNormUnit _norm;

        public Patches(long width) : base(nameof(Patches))
        {
            _patch = Convolution("0", null, new(3, width, 4, 4));
            _norm = LayerNorm("2", width);
        }

        public override Tensor forward(Tensor input)
        {
            using Tensor maps = _patch.Forward(input);
            using Tensor channelsLast = maps.permute(0, 2, 3, 1);
            return _norm.Forward(channelsLast);
        }

        public SymbolicTensor Export(SymbolicTensor input) => _norm.Export(_patch.Export(input).Permute(0, 2, 3, 1));
    }
}

/// <summary>
/// A block of a Swin Transformer on maps (N, H, W, C): attention within windows and a perceptron, both residual; pre-norm in the first
/// version, post-norm in the second.
/// </summary>
internal sealed class SwinBlock : NamedModule, IExportable
{
    private readonly LayerNormUnit _firstNorm;
    private readonly WindowAttention _attention;
    private readonly LayerNormUnit _secondNorm;
    private readonly Perceptron _perceptron;
    private readonly bool _isPostNorm;
    private readonly double _drop;

    public SwinBlock(long width, WindowAttention attention, bool isPostNorm, double drop) : base(nameof(SwinBlock))
    {
        _firstNorm = LayerNorm("norm1", width);
        _attention = Child("attn", attention);
        _secondNorm = LayerNorm("norm2", width);
        _perceptron = Child("mlp", new Perceptron(width, 4 * width));
        _isPostNorm = isPostNorm;
        _drop = drop;
    }

    public override Tensor forward(Tensor input)
    {
        using Tensor attended = Branch(input, _firstNorm, _attention).add_(input);
        return Branch(attended, _secondNorm, _perceptron).add_(attended);
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor Branch(SymbolicTensor state, LayerNormUnit norm, NamedModule part) =>
            _isPostNorm ? norm.Export(state.Through(part)) : norm.Export(state).Through(part);
        SymbolicTensor attended = Branch(input, _firstNorm, _attention) + input;
        return Branch(attended, _secondNorm, _perceptron) + attended;
    }

    private Tensor Branch(Tensor input, LayerNormUnit norm, NamedModule part)
    {
        using var scope = NewDisposeScope();
        Tensor branch = _isPostNorm ? norm.Forward(part.call(input)) : part.call(norm.Forward(input));
        return StochasticDepth.Drop(branch, _drop, training).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// Maps (N, H, W, C) to (N, H/2, W/2, 2 · C): concatenates four neighbors and halves their width by a linear layer, normalized before it
/// in the first version of Swin Transformer, after it in the second. An odd last row or column is padded with zeros.
/// </summary>
internal sealed class PatchMerging : NamedModule, IExportable
{
    private readonly LinearUnit _reduce;
    private readonly LayerNormUnit _norm;
    private readonly bool _isPostNorm;

    public PatchMerging(long width, bool isPostNorm) : base(nameof(PatchMerging))
    {
        _reduce = Linear("reduction", 4 * width, 2 * width, bias: false);
        _norm = LayerNorm("norm", isPostNorm ? 2 * width : 4 * width);
        _isPostNorm = isPostNorm;
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor neighbors = Neighbors(input);
        Tensor merged = _isPostNorm ? _norm.Forward(_reduce.Forward(neighbors)) : _reduce.Forward(_norm.Forward(neighbors));
        return merged.MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor even = input.Pad(1, 0, input.Shape[1] % 2).Pad(2, 0, input.Shape[2] % 2);
        SymbolicTensor Every(long row, long column) => even.Slice(1, row, even.Shape[1], 2).Slice(2, column, even.Shape[2], 2);
        SymbolicTensor neighbors = SymbolicTensor.Concatenate(3, Every(0, 0), Every(1, 0), Every(0, 1), Every(1, 1));
        return _isPostNorm ? _norm.Export(_reduce.Export(neighbors)) : _reduce.Export(_norm.Export(neighbors));
    }

    private static Tensor Neighbors(Tensor maps)
    {
        (long height, long width) = (maps.shape[1], maps.shape[2]);
        Tensor even = height % 2 + width % 2 == 0 ? maps : nn.functional.pad(maps, [0, 0, 0, width % 2, 0, height % 2]);
        Tensor Every(long row, long column) => even.slice(1, row, even.shape[1], 2).slice(2, column, even.shape[2], 2);
        return cat([Every(0, 0), Every(1, 0), Every(0, 1), Every(1, 1)], -1);
    }
}
