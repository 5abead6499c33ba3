using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// A ResNet for images of 32 to 96 pixels: a 3×3 stem that keeps the size, then four stages of one basic block each (He et al. 2015), wide
/// rather than deep: a processor computes few wide layers faster than many narrow ones.
/// </summary>
internal sealed class SmallResNet : ImageModel
{
    private const long Width = 32;
    private const int Stages = 4;

    private SmallResNet() : base(nameof(SmallResNet), "fc", (int)Width << (Stages - 1))
    {
        ConvolutionUnit stem = Convolution("conv1", "bn1", new(3, Width, 3, 1, 1));
        var groups = new List<LayerGroup> { new("conv1", [.. children()], images => stem.Forward(images).relu_(), images => stem.Export(images).Relu()) };
        long inputs = Width;
        for (int stage = 0; stage < Stages; stage++)
        {
            long width = Width << stage;
            ResidualBlock block = Child($"layer{stage + 1}", ResidualBlock.Basic(inputs, width, stage > 0 ? 2 : 1));
            groups.Add(new($"layer{stage + 1}", block));
            inputs = width;
        }

        Groups = groups;
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("embedded", "Small ResNet", 256, 1_228_970, Preprocessing.Cifar, () => new SmallResNet()) { Classes = 10 },
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }
}
