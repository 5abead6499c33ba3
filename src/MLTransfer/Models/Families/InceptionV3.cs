using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Inception v3 (Szegedy et al. 2015, https://arxiv.org/abs/1512.00567) with torchvision's layer names and auxiliary head. For the
/// normalization, see <see cref="GoogLeNet"/>.
/// </summary>
internal sealed class InceptionV3 : ImageModel
{
    private const int Width = 2048;

    private const double Deviation = 0.1;

    private InceptionV3() : base(nameof(InceptionV3), "fc", Width, dropout: 0.5)
    {
        LayerGroup Group(string name, NamedModule module, bool pooled = false) =>
            new(name, [Child(name, module)], maps => pooled ? nn.functional.max_pool2d(module.call(maps), 3, 2) : module.call(maps),
                maps => pooled ? maps.Through(module).MaxPool(3, 2) : maps.Through(module));
        Groups =
        [
            Group("Conv2d_1a_3x3", ConvolutionModule.Inception(new(3, 32, 3, 2))),
            Group("Conv2d_2a_3x3", ConvolutionModule.Inception(new(32, 32, 3))),
            Group("Conv2d_2b_3x3", ConvolutionModule.Inception(new(32, 64, 3, 1, 1)), pooled: true),
            Group("Conv2d_3b_1x1", ConvolutionModule.Inception(new(64, 80, 1))),
            Group("Conv2d_4a_3x3", ConvolutionModule.Inception(new(80, 192, 3)), pooled: true),
            Group("Mixed_5b", InceptionBlock.A(192, 32)),
            Group("Mixed_5c", InceptionBlock.A(256, 64)),
            Group("Mixed_5d", InceptionBlock.A(288, 64)),
            Group("Mixed_6a", InceptionBlock.B(288)),
            Group("Mixed_6b", InceptionBlock.C(768, 128)),
            Group("Mixed_6c", InceptionBlock.C(768, 160)),
            Group("Mixed_6d", InceptionBlock.C(768, 160)),
            Group("Mixed_6e", InceptionBlock.C(768, 192)),
            Group("Mixed_7a", InceptionBlock.D(768)),
            Group("Mixed_7b", InceptionBlock.E(1280)),
            Group("Mixed_7c", InceptionBlock.E(2048)),
        ];
        AuxiliaryHeads = [Child("AuxLogits", new Auxiliary())];
        Initialization.TruncatedNormal(this, Deviation);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("inception_v3", "Inception v3", Width, 27_161_264, Preprocessing.Inception with { ResizeTo = 342, CropTo = 299 },
        () => new InceptionV3())
        {
            AuxiliaryParameters = 3_326_696,
            InputSizes = InputSizes.AtLeast(75),
        },
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    public override IReadOnlyList<AuxiliaryHead> AuxiliaryHeads { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) =>
        Initialization.TruncatedNormalLinear(weight, bias, Deviation);

    /// <summary>Averages, 1×1, 5×5, global average pooling, a linear layer. Needs maps of 17×17, of images of 299 pixels.</summary>
    private sealed class Auxiliary : AuxiliaryHead
    {
        private const long SmallestMaps = 17;

        private readonly ConvolutionModule _narrow;
        private readonly ConvolutionModule _wide;

        public Auxiliary() : base("AuxLogits", "fc", after: "Mixed_6e")
        {
            _narrow = Child("conv0", ConvolutionModule.Inception(new(768, 128, 1)));
            _wide = Child("conv1", ConvolutionModule.Inception(new(128, 768, 5)));
        }

        public override Tensor forward(Tensor input)
        {
            if (input.shape[2] < SmallestMaps || input.shape[3] < SmallestMaps)
                throw new InvalidOperationException(
                    "The auxiliary head of Inception v3 cannot learn from images below 299 × 299. Set AuxiliaryWeight to 0, or leave "
                    + "the image size out.");
            using var scope = NewDisposeScope();
            Tensor maps = _wide.call(_narrow.call(nn.functional.avg_pool2d(input, 5, 3)));
            return Classifier!.call(maps.to(ScalarType.Float32).mean([2, 3])).MoveToOuterDisposeScope();
        }

        protected override nn.Module<Tensor, Tensor> BuildClassifier(int classes) =>
            new LinearHead(768, classes, dropout: 0, (weight, bias) => Initialization.TruncatedNormalLinear(weight, bias, 0.001));
    }
}

/// <summary>The blocks of Inception v3: paths of convolutions over the same input, concatenated.</summary>
internal sealed class InceptionBlock : NamedModule, IExportable
{
    private readonly Branch[] _paths;

    private InceptionBlock(Func<InceptionBlock, Branch[]> paths) : base(nameof(InceptionBlock)) => _paths = paths(this);

    /// <summary>The paper's figure 5: 1×1; 5×5; 3×3 twice; averages.</summary>
    public static InceptionBlock A(long inputs, long pooled) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 64, 1)),
        block.Path("branch5x5", Square(inputs, 48, 1), Square(48, 64, 5)),
        block.Path("branch3x3dbl", Square(inputs, 64, 1), Square(64, 96, 3), Square(96, 96, 3)),
        block.PooledPath(inputs, pooled),
    ]);

    /// <summary>To maps of half the size: 3×3; 3×3 twice; maxima.</summary>
    public static InceptionBlock B(long inputs) => new(block =>
    [
        block.Path("branch3x3", new ConvolutionShape(inputs, 384, 3, 2)),
        block.Path("branch3x3dbl", Square(inputs, 64, 1), Square(64, 96, 3), new(96, 96, 3, 2)),
        Maxima,
    ]);

    /// <summary>The paper's figure 6: 1×1; 7×7 and 7×7 twice, each in two steps along one side; averages.</summary>
    public static InceptionBlock C(long inputs, long width) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 192, 1)),
        block.Path("branch7x7", Square(inputs, width, 1), Wide(width, width, 7), Tall(width, 192, 7)),
        block.Path("branch7x7dbl",
            Square(inputs, width, 1), Tall(width, width, 7), Wide(width, width, 7), Tall(width, width, 7), Wide(width, 192, 7)),
        block.PooledPath(inputs, 192),
    ]);

    /// <summary>To maps of half the size: 3×3; 7×7 and 3×3; maxima.</summary>
    public static InceptionBlock D(long inputs) => new(block =>
    [
        block.Path("branch3x3", Square(inputs, 192, 1), new(192, 320, 3, 2)),
        block.Path("branch7x7x3", Square(inputs, 192, 1), Wide(192, 192, 7), Tall(192, 192, 7), new(192, 192, 3, 2)),
        Maxima,
    ]);

    /// <summary>The paper's figure 7: 1×1; 1×3 and 3×1 concatenated; 3×3, then the same; averages.</summary>
    public static InceptionBlock E(long inputs) => new(block =>
    [
        block.Path("branch1x1", Square(inputs, 320, 1)),
        block.Forked("branch3x3", Square(inputs, 384, 1)),
        block.Forked("branch3x3dbl", Square(inputs, 448, 1), Square(448, 384, 3)),
        block.PooledPath(inputs, 192),
    ]);

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return cat(Array.ConvertAll(_paths, path => path.Run(input)), 1).MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input) =>
        SymbolicTensor.Concatenate(1, Array.ConvertAll(_paths, path => path.Export(input)));

    private static ConvolutionShape Square(long inputs, long outputs, long side) => new(inputs, outputs, side, 1, side / 2);

    private static ConvolutionShape Wide(long inputs, long outputs, long length) =>
        new(inputs, outputs, 1) { KernelWidth = length, PaddingWidth = length / 2 };

    private static ConvolutionShape Tall(long inputs, long outputs, long length) =>
        new(inputs, outputs, length, 1, length / 2) { KernelWidth = 1, PaddingWidth = 0 };

    private static Branch Maxima { get; } = new(input => nn.functional.max_pool2d(input, 3, 2), input => input.MaxPool(3, 2));

    // The steps of a path are numbered from 1, unless there is only one.
    private Branch Path(string name, params ConvolutionShape[] steps)
    {
        ConvolutionModule[] modules = [.. steps.Select((shape, index) =>
            Child(steps.Length == 1 ? name : $"{name}_{index + 1}", ConvolutionModule.Inception(shape)))];
        return new(input => Run(modules, input), input => Export(modules, input));
    }

    private Branch PooledPath(long inputs, long outputs)
    {
        Branch path = Path("branch_pool", Square(inputs, outputs, 1));
        return new(
            input =>
            {
                using Tensor averages = nn.functional.avg_pool2d(input, 3, 1, 1);
                return path.Run(averages);
            },
            input => path.Export(input.AveragePool(3, 1, 1)));
    }

    private Branch Forked(string name, params ConvolutionShape[] steps)
    {
        ConvolutionModule[] modules = [.. steps.Select((shape, index) => Child($"{name}_{index + 1}", ConvolutionModule.Inception(shape)))];
        ConvolutionModule wide = Child($"{name}_{steps.Length + 1}a", ConvolutionModule.Inception(Wide(384, 384, 3)));
        ConvolutionModule tall = Child($"{name}_{steps.Length + 1}b", ConvolutionModule.Inception(Tall(384, 384, 3)));
        return new(
            input =>
            {
                using var scope = NewDisposeScope();
                Tensor state = Run(modules, input);
                return cat([wide.call(state), tall.call(state)], 1).MoveToOuterDisposeScope();
            },
            input =>
            {
                SymbolicTensor state = Export(modules, input);
                return SymbolicTensor.Concatenate(1, wide.Export(state), tall.Export(state));
            });
    }

    private static Tensor Run(ConvolutionModule[] modules, Tensor input)
    {
        Tensor state = modules[0].call(input);
        foreach (ConvolutionModule module in modules[1..])
        {
            using Tensor before = state;
            state = module.call(before);
        }

        return state;
    }

    private static SymbolicTensor Export(ConvolutionModule[] modules, SymbolicTensor input) =>
        modules.Aggregate(input, (state, module) => module.Export(state));

    /// <summary>What a branch computes, and how it is exported.</summary>
    private sealed record Branch(Func<Tensor, Tensor> Run, Func<SymbolicTensor, SymbolicTensor> Export);
}
