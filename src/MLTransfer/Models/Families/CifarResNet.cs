using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// The ResNet for 32-pixel images (He et al. 2015, section 4.2): three stages of 16, 32 and 64 channels; a shortcut without weights takes
/// every second pixel and pads the channels with zeros (option A).
/// </summary>
internal sealed class CifarResNet : ImageModel
{
    private CifarResNet(int blocksPerStage) : base(nameof(CifarResNet), "linear", 64)
    {
        ConvolutionUnit stem = Convolution("conv1", "bn1", new(3, 16, 3, 1, 1));
        var groups = new List<LayerGroup> { new("conv1", stem.Modules, images => stem.Forward(images).relu_(), images => stem.Export(images).Relu()) };
        long inputs = 16;
        for (int stage = 0; stage < 3; stage++)
        {
            long width = 16L << stage;
            var blocks = new nn.Module<Tensor, Tensor>[blocksPerStage];
            for (int i = 0; i < blocksPerStage; i++)
            {
                blocks[i] = new Block(inputs, width, i == 0 && stage > 0 ? 2 : 1);
                inputs = width;
            }

            Sequence sequence = Child($"layer{stage + 1}", new Sequence(blocks));
            groups.Add(new($"layer{stage + 1}", sequence));
        }

        Groups = groups;
        Initialization.KaimingFanOut(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("cifar_resnet20", 3, 269_722),
        Variant("cifar_resnet32", 5, 464_154),
        Variant("cifar_resnet44", 7, 658_586),
        Variant("cifar_resnet56", 9, 853_018),
        Variant("cifar_resnet110", 18, 1_727_962),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private static Backbone Variant(string name, int blocksPerStage, long parameters) =>
        new(name, "CIFAR ResNet", 64, parameters, Preprocessing.Cifar, () => new CifarResNet(blocksPerStage)) { Classes = 10 };

    private sealed class Block : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _first;
        private readonly ConvolutionUnit _second;
        private readonly long _addedChannels;

        public Block(long inputs, long width, long stride) : base(nameof(Block))
        {
            _first = Convolution("conv1", "bn1", new(inputs, width, 3, stride, 1));
            _second = Convolution("conv2", "bn2", new(width, width, 3, 1, 1));
            _addedChannels = width - inputs;
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor sum = _second.Forward(_first.Forward(input).relu_()).add_(_addedChannels == 0 ? input : Shortcut(input));
            return sum.relu_().MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input)
        {
            SymbolicTensor shortcut = _addedChannels == 0 ? input
                : input.Slice(2, 0, input.Shape[2], 2).Slice(3, 0, input.Shape[3], 2).Pad(1, _addedChannels / 2, _addedChannels / 2);
            return (_second.Export(_first.Export(input).Relu()) + shortcut).Relu();
        }

        private Tensor Shortcut(Tensor input) => nn.functional.pad(
            input.slice(2, 0, input.shape[2], 2).slice(3, 0, input.shape[3], 2), [0, 0, 0, 0, _addedChannels / 2, _addedChannels / 2]);
    }
}
