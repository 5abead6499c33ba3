using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// Inception v3 (Szegedy et al. 2015, https://arxiv.org/abs/1512.00567) with torchvision's layer names and auxiliary head. Of colours, see
/// <see cref="GoogLeNet"/>.
/// </summary>
internal sealed class InceptionV3 : ImageModel
{
    private const int Width = 2048;

    private const double Deviation = 0.1;

    private InceptionV3() : base(nameof(InceptionV3), "fc", Width, dropout: 0.5)
    {
        LayerGroup Group(string name, NamedModule module, bool pooled = false) =>
            new(name, [Child(name, module)], maps => pooled ? nn.functional.max_pool2d(module.call(maps), 3, 2) : module.call(maps));
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
        Initialisation.TruncatedNormal(this, Deviation);
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

    private protected override void InitialiseClassifier(Tensor weight, Tensor bias) =>
        Initialisation.TruncatedNormalLinear(weight, bias, Deviation);

    /// <summary>Averages, 1×1, 5×5, the average over all places, a linear layer. Needs maps of 17×17, of images of 299 pixels.</summary>
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

        private protected override LinearHead BuildClassifier(int classes) =>
            new(768, classes, dropout: 0, (weight, bias) => Initialisation.TruncatedNormalLinear(weight, bias, 0.001));
    }
}
