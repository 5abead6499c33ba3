using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>MnasNet B1 (Tan et al. 2018, https://arxiv.org/abs/1807.11626) with torchvision's layer names.</summary>
internal sealed class MnasNet : ImageModel
{
    private const int Width = 1280;

    // The paper's 0.9997 is TensorFlow's momentum, the weight of the past.
    private static readonly BatchNormOptions Norm = new(Momentum: 1 - 0.9997);

    private static readonly (long Outputs, long Kernel, long Stride, long Expansion, int Blocks)[] Stages =
        [(24, 3, 2, 3, 3), (40, 5, 2, 3, 3), (80, 5, 2, 6, 3), (96, 3, 1, 6, 2), (192, 5, 2, 6, 4), (320, 3, 1, 6, 1)];

    private MnasNet(double alpha, Container classifier) : base("MNASNet", "classifier.1", Width, classifier, dropout: 0.2)
    {
        Container layers = Child("layers", new Container("layers"));
        Child("classifier", classifier);
        var groups = new List<LayerGroup>();
        void Add(int index, ConvolutionShape shape, bool active)
        {
            ConvolutionUnit unit = layers.Convolution($"{index}", $"{index + 1}", shape, Norm);
            groups.Add(new($"layers.{index}", unit.Modules, maps => active ? unit.Forward(maps).relu_() : unit.Forward(maps),
                maps => active ? unit.Export(maps).Relu() : unit.Export(maps)));
        }

        (long stem, long inputs) = (ChannelCount.Round(32 * alpha), ChannelCount.Round(16 * alpha));
        Add(0, new(3, stem, 3, 2, 1), active: true);
        Add(3, new(stem, stem, 3, 1, 1, stem), active: true);
        Add(6, new(stem, inputs, 1), active: false);
        for (int i = 0; i < Stages.Length; i++)
        {
            (long width, long kernel, long firstStride, long expansion, int count) = Stages[i];
            long outputs = ChannelCount.Round(width * alpha);
            var blocks = new InvertedResidual[count];
            for (int block = 0; block < count; block++)
            {
                long wide = expansion * inputs, stride = block == 0 ? firstStride : 1;
                blocks[block] = new InvertedResidual("layers", new ConvolutionPath(
                    Norm, (new(inputs, wide, 1), true), (new(wide, wide, kernel, stride, kernel / 2, wide), true),
                    (new(wide, outputs, 1), false)), added: block > 0);
                inputs = outputs;
            }

            Sequence stage = layers.Child($"{i + 8}", new Sequence(blocks));
            groups.Add(new($"layers.{i + 8}", stage));
        }

        Add(14, new(inputs, Width, 1), active: true);
        Groups = groups;
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("mnasnet0_5", 0.5, 2_218_512, resizeTo: 256),
        Variant("mnasnet0_75", 0.75, 3_170_208, resizeTo: 232),
        Variant("mnasnet1_0", 1, 4_383_312, resizeTo: 256),
        Variant("mnasnet1_3", 1.3, 6_282_256, resizeTo: 232),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias)
    {
        nn.init.kaiming_uniform_(weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.Sigmoid);
        nn.init.zeros_(bias);
    }

    private static Backbone Variant(string name, double alpha, long parameters, int resizeTo) =>
        new(name, "MNASNet", Width, parameters, Preprocessing.ImageNet with { ResizeTo = resizeTo },
            () => new MnasNet(alpha, new("classifier")));
}
