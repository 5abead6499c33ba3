using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// GoogLeNet (Szegedy et al. 2014, https://arxiv.org/abs/1409.4842) with torchvision's layer names, batch norms and auxiliary heads.
/// </summary>
/// <remarks>
/// The published weights expect images normalized as in TensorFlow: torchvision normalizes with ImageNet's mean m and deviation s and then
/// takes x · s/0.5 + (m − 0.5)/0.5 of it ("transform_input"). With x = (p − m)/s that is (p − 0.5)/0.5, which the preprocessing here
/// does at once.
/// </remarks>
internal sealed class GoogLeNet : ImageModel
{
    private const int Width = 1024;

    private const double Deviation = 0.01;

    private static readonly (string Name, InceptionShape Shape)[] Blocks =
    [
        ("inception3a", new(192, 64, 96, 128, 16, 32, 32)),
        ("inception3b", new(256, 128, 128, 192, 32, 96, 64)),
        ("inception4a", new(480, 192, 96, 208, 16, 48, 64)),
        ("inception4b", new(512, 160, 112, 224, 24, 64, 64)),
        ("inception4c", new(512, 128, 128, 256, 24, 64, 64)),
        ("inception4d", new(512, 112, 144, 288, 32, 64, 64)),
        ("inception4e", new(528, 256, 160, 320, 32, 128, 128)),
        ("inception5a", new(832, 256, 160, 320, 32, 128, 128)),
        ("inception5b", new(832, 384, 192, 384, 48, 128, 128)),
    ];

    private GoogLeNet() : base(nameof(GoogLeNet), "fc", Width, dropout: 0.2)
    {
        LayerGroup Group(string name, NamedModule module, long pooled = 0) => new(
            name, [Child(name, module)], maps => pooled == 0 ? module.call(maps) : Pooled(module.call(maps), pooled),
            maps => pooled == 0 ? maps.Through(module) : maps.Through(module).MaxPool(pooled, 2, ceiling: true));
        Groups =
        [
            Group("conv1", ConvolutionModule.Inception(new(3, 64, 7, 2, 3)), pooled: 3),
            Group("conv2", ConvolutionModule.Inception(new(64, 64, 1))),
            Group("conv3", ConvolutionModule.Inception(new(64, 192, 3, 1, 1)), pooled: 3),
            .. Blocks.Select(block => Group(block.Name, new Inception(block.Shape), block.Name switch
            {
                "inception3b" => 3,
                "inception4e" => 2,
                _ => 0,
            })),
        ];
        AuxiliaryHeads = [Child("aux1", new Auxiliary("aux1", "inception4a", 512)),
            Child("aux2", new Auxiliary("aux2", "inception4d", 528))];
        Initialization.TruncatedNormal(this, Deviation);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("googlenet", "GoogLeNet", Width, 13_004_888, Preprocessing.Inception, () => new GoogLeNet())
        {
            AuxiliaryParameters = 6_379_984,
            InputSizes = InputSizes.AtLeast(15),
        },
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    public override IReadOnlyList<AuxiliaryHead> AuxiliaryHeads { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) =>
        Initialization.TruncatedNormalLinear(weight, bias, Deviation);

    private static Tensor Pooled(Tensor maps, long kernel) => nn.functional.max_pool2d(maps, kernel, 2, ceil_mode: true);

    /// <summary>The channels in and out of the four branches, in the order of the paper's table 1.</summary>
    private sealed record InceptionShape(long Inputs, long One, long ThreeReduced, long Three, long FiveReduced, long Five, long Pooled);

    /// <summary>1×1; 1×1 and 3×3; 1×1 and 5×5 in the paper, 3×3 in torchvision; 3×3 maximum and 1×1; concatenated.</summary>
    private sealed class Inception : NamedModule, IExportable
    {
        private readonly ConvolutionModule _one;
        private readonly Sequence _three;
        private readonly Sequence _five;
        private readonly ConvolutionModule _pooled;

        public Inception(InceptionShape shape) : base(nameof(Inception))
        {
            _one = Child("branch1", ConvolutionModule.Inception(new(shape.Inputs, shape.One, 1)));
            _three = Child("branch2", Reduced(shape.Inputs, shape.ThreeReduced, shape.Three));
            _five = Child("branch3", Reduced(shape.Inputs, shape.FiveReduced, shape.Five));
            // "0" is the pooling.
            _pooled = Child("branch4", new Container("branch4"))
                .Child("1", ConvolutionModule.Inception(new(shape.Inputs, shape.Pooled, 1)));
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor pooled = nn.functional.max_pool2d(input, 3, 1, 1, ceil_mode: true);
            return cat([_one.call(input), _three.call(input), _five.call(input), _pooled.call(pooled)], 1).MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input) => SymbolicTensor.Concatenate(
            1, _one.Export(input), _three.Export(input), _five.Export(input),
            _pooled.Export(input.MaxPool(3, 1, 1, ceiling: true)));

        private static Sequence Reduced(long inputs, long reduced, long outputs) =>
            new([ConvolutionModule.Inception(new(inputs, reduced, 1)), ConvolutionModule.Inception(new(reduced, outputs, 3, 1, 1))]);
    }

    /// <summary>An average to 4×4, 1×1 to 128 channels, two linear layers.</summary>
    private sealed class Auxiliary : AuxiliaryHead
    {
        private readonly ConvolutionModule _narrow;
        private readonly LinearUnit _hidden;

        public Auxiliary(string name, string after, long inputs) : base(name, "fc2", after)
        {
            _narrow = Child("conv", ConvolutionModule.Inception(new(inputs, 128, 1)));
            _hidden = Linear("fc1", 2048, 1024);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor vectors = _narrow.call(nn.functional.adaptive_avg_pool2d(input, 4)).flatten(1);
            return Classifier!.call(_hidden.Forward(vectors).relu_().to(ScalarType.Float32)).MoveToOuterDisposeScope();
        }

        protected override nn.Module<Tensor, Tensor> BuildClassifier(int classes) =>
            new LinearHead(1024, classes, dropout: 0.7, (weight, bias) => Initialization.TruncatedNormalLinear(weight, bias, Deviation));
    }
}
