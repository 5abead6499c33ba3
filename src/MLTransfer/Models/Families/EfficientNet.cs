using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// EfficientNet (Tan and Le 2019, https://arxiv.org/abs/1905.11946), one table scaled in width and depth from B0 to B7, and EfficientNet V2
/// (Tan and Le 2021, https://arxiv.org/abs/2104.00298), with torchvision's layer names.
/// </summary>
internal sealed class EfficientNet : ImageModel
{
    private const double LastDrop = 0.2;

    private static readonly Stage[] Base =
    [
        Depthwise(1, 3, 1, 16, 1), Depthwise(6, 3, 2, 24, 2), Depthwise(6, 5, 2, 40, 2), Depthwise(6, 3, 2, 80, 3),
        Depthwise(6, 5, 1, 112, 3), Depthwise(6, 5, 2, 192, 4), Depthwise(6, 3, 1, 320, 1),
    ];

    private static readonly Stage[] Small =
    [
        Fused(1, 1, 24, 2), Fused(4, 2, 48, 4), Fused(4, 2, 64, 4),
        Depthwise(4, 3, 2, 128, 6), Depthwise(6, 3, 1, 160, 9), Depthwise(6, 3, 2, 256, 15),
    ];

    private static readonly Stage[] Medium =
    [
        Fused(1, 1, 24, 3), Fused(4, 2, 48, 5), Fused(4, 2, 80, 5),
        Depthwise(4, 3, 2, 160, 7), Depthwise(6, 3, 1, 176, 14), Depthwise(6, 3, 2, 304, 18), Depthwise(6, 3, 1, 512, 5),
    ];

    private static readonly Stage[] Large =
    [
        Fused(1, 1, 32, 4), Fused(4, 2, 64, 7), Fused(4, 2, 96, 7),
        Depthwise(4, 3, 2, 192, 10), Depthwise(6, 3, 1, 224, 19), Depthwise(6, 3, 2, 384, 25), Depthwise(6, 3, 1, 640, 7),
    ];

    private static readonly BatchNormOptions Fine = new(Epsilon: 1e-3, Momentum: 0.01);
    private static readonly BatchNormOptions V2Norm = new(Epsilon: 1e-3);

    private EfficientNet(long stem, Stage[] stages, int width, double dropout, BatchNormOptions norm, Container classifier)
        : base(nameof(EfficientNet), "classifier.1", width, classifier, dropout)
    {
        var layers = new List<NamedModule> { new ConvolutionModule(new(3, stem, 3, 2, 1), norm, Activation.Silu) };
        long channels = stem;
        int blocks = stages.Sum(stage => stage.Blocks), built = 0;
        foreach (Stage stage in stages)
        {
            var row = new NamedModule[stage.Blocks];
            for (int i = 0; i < row.Length; i++, built++)
            {
                row[i] = stage.Block(channels, i == 0 ? stage.Stride : 1, norm, LastDrop * built / blocks);
                channels = stage.Outputs;
            }

            layers.Add(new Sequence(row));
        }

        layers.Add(new ConvolutionModule(new(channels, width, 1), norm, Activation.Silu));
        Child("features", new Sequence(layers));
        Child("classifier", classifier);
        Groups = [.. layers.Select((layer, index) => new LayerGroup($"features.{index}", layer))];
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        V1("b0", 1.0, 1.0, 1280, 0.2, BatchNormOptions.Default, 5_288_548, Bicubic(256, 224)),
        V1("b1", 1.0, 1.1, 1280, 0.2, BatchNormOptions.Default, 7_794_184, Bilinear(255, 240)),
        V1("b2", 1.1, 1.2, 1408, 0.3, BatchNormOptions.Default, 9_109_994, Bicubic(288, 288)),
        V1("b3", 1.2, 1.4, 1536, 0.3, BatchNormOptions.Default, 12_233_232, Bicubic(320, 300)),
        V1("b4", 1.4, 1.8, 1792, 0.4, BatchNormOptions.Default, 19_341_616, Bicubic(384, 380)),
        V1("b5", 1.6, 2.2, 2048, 0.4, Fine, 30_389_784, Bicubic(456, 456)),
        V1("b6", 1.8, 2.6, 2304, 0.5, Fine, 43_040_704, Bicubic(528, 528)),
        V1("b7", 2.0, 3.1, 2560, 0.5, Fine, 66_347_960, Bicubic(600, 600)),
        V2("s", 24, Small, 0.2, 21_458_488, Bilinear(384, 384)),
        V2("m", 24, Medium, 0.3, 54_139_356, Bilinear(480, 480)),
        V2("l", 32, Large, 0.4, 118_515_272,
            Preprocessing.Inception with { ResizeTo = 480, CropTo = 480, Interpolation = Interpolation.Bicubic }),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>Weights uniform within ±1/√classes, biases zero.</summary>
    protected override void InitializeClassifier(Tensor weight, Tensor bias)
    {
        double bound = 1 / Math.Sqrt(weight.shape[0]);
        nn.init.uniform_(weight, -bound, bound);
        nn.init.zeros_(bias);
    }

    /// <summary>B0's table with channels and blocks multiplied and rounded as in torchvision.</summary>
    private static Backbone V1(
        string name, double wider, double deeper, int width, double dropout, BatchNormOptions norm, long parameters,
        Preprocessing preprocessing) =>
        new($"efficientnet_{name}", "EfficientNet", width, parameters, preprocessing, () => new EfficientNet(
            ChannelCount.Round(32 * wider), [.. Base.Select(stage => stage.Scaled(wider, deeper))], width, dropout, norm,
            new("classifier")));

    private static Backbone V2(string name, long stem, Stage[] stages, double dropout, long parameters, Preprocessing preprocessing) =>
        new($"efficientnet_v2_{name}", "EfficientNet v2", 1280, parameters, preprocessing,
            () => new EfficientNet(stem, stages, 1280, dropout, V2Norm, new("classifier")));

    private static Preprocessing Bicubic(int resizeTo, int cropTo) =>
        Bilinear(resizeTo, cropTo) with { Interpolation = Interpolation.Bicubic };

    private static Preprocessing Bilinear(int resizeTo, int cropTo) => Preprocessing.ImageNet with { ResizeTo = resizeTo, CropTo = cropTo };

    private static Stage Depthwise(long expansion, long kernel, long stride, long outputs, int blocks) =>
        new(false, expansion, kernel, stride, outputs, blocks);

    private static Stage Fused(long expansion, long stride, long outputs, int blocks) => new(true, expansion, 3, stride, outputs, blocks);

    /// <summary>A line of the papers' tables; where it is fused, one 3×3 convolution replaces the 1×1 and the depthwise one.</summary>
    private sealed record Stage(bool IsFused, long Expansion, long Kernel, long Stride, long Outputs, int Blocks)
    {
        public Stage Scaled(double wider, double deeper) =>
            this with { Outputs = ChannelCount.Round(Outputs * wider), Blocks = (int)Math.Ceiling(Blocks * deeper) };

        public InvertedResidual Block(long inputs, long stride, BatchNormOptions norm, double drop)
        {
            var shape = new InvertedResidualShape(inputs, ChannelCount.Round(inputs * Expansion), Outputs, Kernel, stride);
            if (IsFused) return new InvertedResidual("block", FusedPath(shape, norm), shape.KeepsShape, drop);
            var squeeze = new SqueezeExcitation(shape.Expanded, Math.Max(1, inputs / 4), Activation.Silu, Activation.Sigmoid);
            return InvertedResidual.Depthwise(shape, norm, Activation.Silu, squeeze, drop);
        }

        private static Sequence FusedPath(InvertedResidualShape shape, BatchNormOptions norm)
        {
            long wide = shape.Expanded == shape.Inputs ? shape.Outputs : shape.Expanded;
            var first = new ConvolutionModule(new(shape.Inputs, wide, shape.Kernel, shape.Stride, shape.Kernel / 2), norm, Activation.Silu);
            return new Sequence(shape.Expanded == shape.Inputs ? [first]
                : [first, new ConvolutionModule(new(wide, shape.Outputs, 1), norm)]);
        }
    }
}
