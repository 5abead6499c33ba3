using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>ShuffleNet v2 (Ma et al. 2018, https://arxiv.org/abs/1807.11164) with torchvision's layer names.</summary>
internal sealed class ShuffleNetV2 : ImageModel
{
    private const long StemWidth = 24;

    private static readonly int[] Blocks = [4, 8, 4];

    private ShuffleNetV2(long firstStage, int width) : base(nameof(ShuffleNetV2), "fc", width)
    {
        var stem = Child("conv1", new ConvolutionModule(new(3, StemWidth, 3, 2, 1), BatchNormOptions.Default, Activation.Relu));
        var groups = new List<LayerGroup>
        {
            new("conv1", [stem], images => nn.functional.max_pool2d(stem.call(images), 3, 2, 1),
                images => stem.Export(images).MaxPool(3, 2, 1)),
        };
        long inputs = StemWidth;
        for (int i = 0; i < Blocks.Length; i++)
        {
            long outputs = firstStage << i;
            var blocks = new Block[Blocks[i]];
            blocks[0] = new Block(inputs, outputs, narrows: true);
            for (int block = 1; block < blocks.Length; block++) blocks[block] = new Block(outputs, outputs, narrows: false);
            Sequence stage = Child($"stage{i + 2}", new Sequence(blocks));
            groups.Add(new($"stage{i + 2}", stage));
            inputs = outputs;
        }

        var last = Child("conv5", new ConvolutionModule(new(inputs, width, 1), BatchNormOptions.Default, Activation.Relu));
        groups.Add(new("conv5", last));
        Groups = groups;
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("shufflenet_v2_x0_5", 48, 1024, 1_366_792, resizeTo: 256),
        Variant("shufflenet_v2_x1_0", 116, 1024, 2_278_604, resizeTo: 256),
        Variant("shufflenet_v2_x1_5", 176, 1024, 3_503_624, resizeTo: 232),
        Variant("shufflenet_v2_x2_0", 244, 2048, 7_393_996, resizeTo: 232),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private static Backbone Variant(string name, long firstStage, int width, long parameters, int resizeTo) =>
        new(name, "ShuffleNet v2", width, parameters, Preprocessing.ImageNet with { ResizeTo = resizeTo },
            () => new ShuffleNetV2(firstStage, width));

    /// <summary>
    /// Transforms half of the channels and leaves the other half as it is; where the maps become smaller, transforms all channels in both
    /// branches. Then interleaves the two: a channel shuffle of two groups.
    /// </summary>
    private sealed class Block : NamedModule, IExportable
    {
        private readonly ConvolutionPath? _left;
        private readonly ConvolutionPath _right;

        public Block(long inputs, long outputs, bool narrows) : base(nameof(Block))
        {
            (long half, long stride) = (outputs / 2, narrows ? 2 : 1);
            if (narrows)
                _left = Child("branch1", new ConvolutionPath(
                    BatchNormOptions.Default, (new(inputs, inputs, 3, 2, 1, inputs), false), (new(inputs, half, 1), true)));
            _right = Child("branch2", new ConvolutionPath(
                BatchNormOptions.Default, (new(narrows ? inputs : half, half, 1), true), (new(half, half, 3, stride, 1, half), false),
                (new(half, half, 1), true)));
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            long half = input.shape[1] / 2;
            Tensor left = _left is null ? input.narrow(1, 0, half) : _left.call(input);
            Tensor right = _right.call(_left is null ? input.narrow(1, half, half) : input);
            return Interleave(left, right).MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input)
        {
            long half = input.Shape[1] / 2;
            SymbolicTensor left = _left is null ? input.Slice(1, 0, half) : _left.Export(input);
            SymbolicTensor right = _right.Export(_left is null ? input.Slice(1, half, 2 * half) : input);
            (long channels, long height, long width) = (right.Shape[1], right.Shape[2], right.Shape[3]);
            return SymbolicTensor.Concatenate(1, left, right).Reshape(-1, 2, channels, height, width).Permute(0, 2, 1, 3, 4)
                .Reshape(-1, 2 * channels, height, width);
        }

        // Keeps the memory layout of the branch, which the next convolution would otherwise have to convert.
        private static Tensor Interleave(Tensor left, Tensor right) => right.is_contiguous()
            ? stack([left, right], 2).flatten(1, 2)
            : stack([left.permute(0, 2, 3, 1), right.permute(0, 2, 3, 1)], 4).flatten(3, 4).permute(0, 3, 1, 2);
    }
}
