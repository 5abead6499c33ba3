using System.Text.RegularExpressions;
using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>DenseNet-BC (Huang et al. 2016, https://arxiv.org/abs/1608.06993) with torchvision's layer names.</summary>
internal sealed partial class DenseNet : ImageModel, ICheckpointCompatibility
{
    private DenseNet(int growth, int[] blocks, int stemWidth, int width) : base(nameof(DenseNet), "classifier", width)
    {
        Container features = Child("features", new Container("features"));
        ConvolutionUnit stem = features.Convolution("conv0", "norm0", new(3, stemWidth, 7, 2, 3));
        var groups = new List<LayerGroup>
        {
            new("features.conv0", stem.Modules, images => nn.functional.max_pool2d(stem.Forward(images).relu_(), 3, 2, 1),
                images => stem.Export(images).Relu().MaxPool(3, 2, 1)),
        };
        void Add(string name, NamedModule module) => groups.Add(new($"features.{name}", features.Child(name, module)));
        long inputs = stemWidth;
        for (int i = 1; i <= blocks.Length; i++)
        {
            Add($"denseblock{i}", new DenseBlock(inputs, growth, blocks[i - 1]));
            inputs += blocks[i - 1] * growth;
            if (i == blocks.Length) continue;
            Add($"transition{i}", new Transition(inputs));
            inputs /= 2;
        }

        BatchNorm2d last = features.Child("norm5", nn.BatchNorm2d(inputs));
        groups.Add(new("features.norm5", [last], maps => last.call(maps).relu_(), maps => maps.Through(last).Relu()));
        Groups = groups;
        if (Initialization.IsLeftOut) return;
        foreach (Conv2d convolution in modules().OfType<Conv2d>()) nn.init.kaiming_normal_(convolution.weight!);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("densenet121", 32, [6, 12, 24, 16], 64, 1024, 7_978_856),
        Variant("densenet161", 48, [6, 12, 36, 24], 96, 2208, 28_681_000),
        Variant("densenet169", 32, [6, 12, 32, 32], 64, 1664, 14_149_480),
        Variant("densenet201", 32, [6, 12, 48, 32], 64, 1920, 20_013_928),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>Published when module names could have dots: <c>denselayer1.norm.1.weight</c>.</summary>
    public string MapKey(string stored) => NumberedLayer().Replace(stored, "$1$2");

    protected override void InitializeClassifier(Tensor weight, Tensor bias)
    {
        Initialization.Linear(weight, bias);
        nn.init.zeros_(bias);
    }

    [GeneratedRegex(@"(?<=\.denselayer\d+\.)(norm|conv)\.([12])(?=\.)")]
    private static partial Regex NumberedLayer();

    private static Backbone Variant(string name, int growth, int[] blocks, int stemWidth, int width, long parameters) =>
        new(name, "DenseNet", width, parameters, Preprocessing.ImageNet, () => new DenseNet(growth, blocks, stemWidth, width))
        {
            InputSizes = InputSizes.AtLeast(29),
        };

    /// <summary>Each layer sees the input and the outputs of all layers before it.</summary>
    private sealed class DenseBlock : NamedModule, IExportable
    {
        private readonly DenseLayer[] _layers;

        public DenseBlock(long inputs, long growth, int layers) : base(nameof(DenseBlock)) =>
            _layers = [.. Enumerable.Range(0, layers)
                .Select(i => Child($"denselayer{i + 1}", new DenseLayer(inputs + i * growth, growth)))];

        public override Tensor forward(Tensor input)
        {
            Tensor state = input.alias();
            foreach (DenseLayer layer in _layers)
            {
                using Tensor known = state;
                using Tensor found = layer.call(known);
                state = cat([known, found], 1);
            }

            return state;
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            _layers.Aggregate(input, (known, layer) => SymbolicTensor.Concatenate(1, known, layer.Export(known)));
    }

    /// <summary>Batch norm, ReLU, 1×1 to four times the growth, batch norm, ReLU, 3×3.</summary>
    private sealed class DenseLayer : NamedModule, IExportable
    {
        private readonly BatchNorm2d _norm;
        private readonly ConvolutionUnit _narrow;
        private readonly ConvolutionUnit _found;

        public DenseLayer(long inputs, long growth) : base(nameof(DenseLayer))
        {
            _norm = Child("norm1", nn.BatchNorm2d(inputs));
            _narrow = Convolution("conv1", "norm2", new(inputs, 4 * growth, 1));
            _found = Convolution("conv2", null, new(4 * growth, growth, 3, 1, 1), bias: false);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor narrow = _narrow.Forward(_norm.call(input).relu_()).relu_();
            return _found.Forward(narrow).MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            _found.Export(_narrow.Export(input.Through(_norm).Relu()).Relu());
    }

    /// <summary>Batch norm, ReLU, 1×1 to half the channels, 2×2 average pooling.</summary>
    private sealed class Transition : NamedModule, IExportable
    {
        private readonly BatchNorm2d _norm;
        private readonly ConvolutionUnit _half;

        public Transition(long inputs) : base(nameof(Transition))
        {
            _norm = Child("norm", nn.BatchNorm2d(inputs));
            _half = Convolution("conv", null, new(inputs, inputs / 2, 1), bias: false);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return nn.functional.avg_pool2d(_half.Forward(_norm.call(input).relu_()), 2, 2).MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input) => _half.Export(input.Through(_norm).Relu()).AveragePool(2, 2);
    }
}
