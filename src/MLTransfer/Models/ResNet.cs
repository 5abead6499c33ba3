using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>ResNet (He et al. 2015, https://arxiv.org/abs/1512.03385) with torchvision's layer names.</summary>
internal sealed class ResNet : ImageModel
{
    private ResNet(int[] blocks, bool bottleneck, int classes) : base(nameof(ResNet), "fc", bottleneck ? 2048 : 512)
    {
        ConvolutionUnit stem = Convolution("conv1", "bn1", new(3, 64, 7, 2, 3));
        var groups = new List<LayerGroup>
        {
            new("conv1", [.. children()], images => nn.functional.max_pool2d(stem.Forward(images).relu_(), 3, 2, 1)),
        };
        long inputs = 64;
        for (int stage = 0; stage < 4; stage++)
        {
            long width = 64L << stage;
            var layer = new nn.Module<Tensor, Tensor>[blocks[stage]];
            for (int i = 0; i < layer.Length; i++)
            {
                layer[i] = new ResidualBlock(inputs, width, i == 0 && stage > 0 ? 2 : 1, bottleneck);
                inputs = bottleneck ? 4 * width : width;
            }

            Sequence sequence = Child($"layer{stage + 1}", new Sequence(layer));
            groups.Add(new($"layer{stage + 1}", [sequence], sequence.call));
        }

        Groups = groups;
        Initialisation.KaimingFanOut(this);
        ResetHead(classes);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("resnet18", [2, 2, 2, 2], bottleneck: false, 11_689_512),
        Variant("resnet34", [3, 4, 6, 3], bottleneck: false, 21_797_672),
        Variant("resnet50", [3, 4, 6, 3], bottleneck: true, 25_557_032),
        Variant("resnet101", [3, 4, 23, 3], bottleneck: true, 44_549_160),
        Variant("resnet152", [3, 8, 36, 3], bottleneck: true, 60_192_808),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private static Backbone Variant(string name, int[] blocks, bool bottleneck, long parameters) => new(
        name, "ResNet", bottleneck ? 2048 : 512, parameters, Imaging.Preprocessing.ImageNet, classes => new ResNet(blocks, bottleneck, classes));
}
