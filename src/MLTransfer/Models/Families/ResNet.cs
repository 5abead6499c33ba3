using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// ResNet (He et al. 2015, https://arxiv.org/abs/1512.03385), ResNeXt (Xie et al. 2016, https://arxiv.org/abs/1611.05431) and Wide ResNet
/// (Zagoruyko and Komodakis 2016, https://arxiv.org/abs/1605.07146) with torchvision's layer names.
/// </summary>
internal sealed class ResNet : ImageModel
{
    /// <summary>The name of the mean image in the <c>state_dict</c>.</summary>
    internal const string MeanImage = "mean_image";

    private const int MeanImageSide = 224;

    /// <param name="blocks">The number of blocks of each stage.</param>
    /// <param name="block">Builds a block from its input channels, width and stride.</param>
    /// <param name="width">The width of the features.</param>
    /// <param name="hasMeanImage">Whether the network subtracts the mean of the images it was trained on, pixel by pixel.</param>
    private ResNet(int[] blocks, Func<long, long, long, ResidualBlock> block, int width, bool hasMeanImage = false)
        : base(nameof(ResNet), "fc", width)
    {
        if (hasMeanImage) register_buffer(MeanImage, zeros(3, MeanImageSide, MeanImageSide));
        ConvolutionUnit stem = Convolution("conv1", "bn1", new(3, 64, 7, 2, 3));
        var groups = new List<LayerGroup>
        {
            new("conv1", stem.Modules,
                images => nn.functional.max_pool2d(stem.Forward(hasMeanImage ? WithoutMean(images) : images).relu_(), 3, 2, 1),
                images => stem.Export(hasMeanImage ? WithoutMean(images) : images).Relu().MaxPool(3, 2, 1)),
        };
        long inputs = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            var layer = new ResidualBlock[blocks[stage]];
            for (int i = 0; i < layer.Length; i++)
            {
                layer[i] = block(inputs, 64L << stage, i == 0 && stage > 0 ? 2 : 1);
                inputs = layer[i].Outputs;
            }

            Sequence sequence = Child($"layer{stage + 1}", new Sequence(layer));
            groups.Add(new($"layer{stage + 1}", sequence));
        }

        Groups = groups;
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Basic("resnet18", [2, 2, 2, 2], 11_689_512),
        Basic("resnet34", [3, 4, 6, 3], 21_797_672),
        // ML.NET's featurizer has a third block in the last stage, and a mean image instead of a mean color.
        new("resnet18_mlnet", "ResNet 18 of ML.NET", 512, 15_897_152,
            new() { Mean = new(0, 0, 0), StandardDeviation = new(1 / 255f, 1 / 255f, 1 / 255f) },
            () => new ResNet([2, 2, 2, 3], ResidualBlock.Basic, 512, hasMeanImage: true)) { Classes = 0 },
        Bottleneck("resnet50", "ResNet", [3, 4, 6, 3], 25_557_032),
        Bottleneck("resnet101", "ResNet", [3, 4, 23, 3], 44_549_160),
        Bottleneck("resnet152", "ResNet", [3, 8, 36, 3], 60_192_808),
        Bottleneck("resnext50_32x4d", "ResNeXt", [3, 4, 6, 3], 25_028_904, cardinality: 32, groupWidth: 4),
        Bottleneck("resnext101_32x8d", "ResNeXt", [3, 4, 23, 3], 88_791_336, cardinality: 32, groupWidth: 8),
        Bottleneck("resnext101_64x4d", "ResNeXt", [3, 4, 23, 3], 83_455_272, cardinality: 64, groupWidth: 4),
        Bottleneck("wide_resnet50_2", "Wide ResNet", [3, 4, 6, 3], 68_883_240, groupWidth: 128),
        Bottleneck("wide_resnet101_2", "Wide ResNet", [3, 4, 23, 3], 126_886_696, groupWidth: 128),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private SymbolicTensor WithoutMean(SymbolicTensor images)
    {
        using var scope = NewDisposeScope();
        return images + ResizedMean(images.Shape[2], images.Shape[3]).neg();
    }

    // In float32: bfloat16 would round the mean of colors up to 255 to whole numbers. Images of another size get the resized mean.
    private Tensor WithoutMean(Tensor images) => images.sub(ResizedMean(images.shape[2], images.shape[3])).to(images.dtype);

    private Tensor ResizedMean(long height, long width)
    {
        Tensor mean = get_buffer(MeanImage)!;
        return (height, width) == (MeanImageSide, MeanImageSide) ? mean
            : nn.functional.interpolate(mean.unsqueeze(0), [height, width], mode: InterpolationMode.Bilinear);
    }

    private static Backbone Basic(string name, int[] blocks, long parameters) =>
        new(name, "ResNet", 512, parameters, Preprocessing.ImageNet, () => new ResNet(blocks, ResidualBlock.Basic, 512));

    // The group width is that of the first stage, of 64 channels, and doubles with each stage.
    private static Backbone Bottleneck(
        string name, string family, int[] blocks, long parameters, long cardinality = 1, long groupWidth = 64) =>
        new(name, family, 2048, parameters, Preprocessing.ImageNet with { ResizeTo = 232 }, () => new ResNet(
            blocks, (inputs, width, stride) =>
                ResidualBlock.Bottleneck(inputs, width * groupWidth / 64 * cardinality, 4 * width, stride, cardinality), 2048));
}

/// <summary>
/// A residual block of a ResNet (He et al. 2015): two 3×3 convolutions, or 1×1, 3×3, 1×1 in a bottleneck with the stride on the 3×3
/// (as torchvision does, "ResNet v1.5"), residual, with a 1×1 convolution on the shortcut where shapes differ.
/// </summary>
internal sealed class ResidualBlock : NamedModule, IExportable
{
    private readonly ConvolutionUnit[] _path;
    private readonly ConvolutionModule[] _shortcut;

    private ResidualBlock(params ConvolutionShape[] path) : base(nameof(ResidualBlock))
    {
        _path = [.. path.Select((shape, index) => Convolution($"conv{index + 1}", $"bn{index + 1}", shape))];
        (long inputs, long stride) = (path[0].Inputs, path.Max(shape => shape.Stride));
        Outputs = path[^1].Outputs;
        _shortcut = stride == 1 && inputs == Outputs ? []
            : [Child("downsample", new ConvolutionModule("0", "1", new(inputs, Outputs, 1, stride)))];
    }

    /// <summary>The channels of the output.</summary>
    public long Outputs { get; }

    public static ResidualBlock Basic(long inputs, long width, long stride) =>
        new(new(inputs, width, 3, stride, 1), new(width, width, 3, 1, 1));

    public static ResidualBlock Bottleneck(long inputs, long width, long outputs, long stride, long groups) =>
        new(new(inputs, width, 1), new(width, width, 3, stride, 1, groups), new(width, outputs, 1));

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor state = input;
        foreach (ConvolutionUnit unit in _path[..^1]) state = unit.Forward(state).relu_();
        Tensor sum = _path[^1].Forward(state).add_(_shortcut is [var shortcut] ? shortcut.call(input) : input);
        return sum.relu_().MoveToOuterDisposeScope();
    }

    public SymbolicTensor Export(SymbolicTensor input)
    {
        SymbolicTensor state = _path[..^1].Aggregate(input, (state, unit) => unit.Export(state).Relu());
        return (_path[^1].Export(state) + (_shortcut is [var shortcut] ? shortcut.Export(input) : input)).Relu();
    }
}
