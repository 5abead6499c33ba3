using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>SqueezeNet (Iandola et al. 2016, https://arxiv.org/abs/1602.07360) with torchvision's layer names.</summary>
/// <remarks>
/// Its own classifier is a 1×1 convolution with a ReLU before the global average, so its logits come from the maps, not from averaged
/// features. Any other head works on the average of the last maps, 512 features.
/// </remarks>
internal sealed class SqueezeNet : ImageModel
{
    private const int Width = 512;

    // Marks a pooling among the squeezed channels of the fire modules.
    private const long Pooling = 0;

    private SqueezeNet(ConvolutionShape stem, long[] layers, Container classifier)
        : base(nameof(SqueezeNet), "classifier.1", Width, classifier, dropout: 0.5)
    {
        Container features = Child("features", new Container("features"));
        Child("classifier", classifier);
        ConvolutionUnit first = features.Convolution("0", null, stem);
        var groups = new List<LayerGroup>
        {
            new("features.0", first.Modules, images => Pooled(first.Forward(images).relu_()),
                images => Pooled(first.Export(images).Relu())),
        };
        long inputs = stem.Outputs;
        for (int i = 0, index = 3; i < layers.Length; i++, index++)
        {
            if (layers[i] == Pooling) continue;
            Fire fire = features.Child($"{index}", new Fire(inputs, layers[i]));
            bool pooled = i + 1 < layers.Length && layers[i + 1] == Pooling;
            groups.Add(new(
                $"features.{index}", [fire], maps => pooled ? Pooled(fire.call(maps)) : fire.call(maps),
                maps => pooled ? Pooled(fire.Export(maps)) : fire.Export(maps)));
            inputs = 8 * layers[i];
        }

        Groups = groups;
        if (Initialization.IsLeftOut) return;
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
        {
            nn.init.kaiming_uniform_(convolution.weight!);
            nn.init.zeros_(convolution.bias!);
        }
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("squeezenet1_0", 1_248_424, new(3, 96, 7, 2), [16, 16, 32, Pooling, 32, 48, 48, 64, Pooling, 64], smallest: 21),
        Variant("squeezenet1_1", 1_235_496, new(3, 64, 3, 2), [16, 16, Pooling, 32, 32, Pooling, 48, 48, 64, 64], smallest: 17),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    public override Tensor Classify(Tensor maps) => Head is ConvolutionalHead own ? own.call(maps) : base.Classify(maps);

    protected override SymbolicTensor Classify(SymbolicTensor maps) =>
        Head is ConvolutionalHead own ? own.Export(maps) : base.Classify(maps);

    protected override nn.Module<Tensor, Tensor> OwnClassifier(int classes) => new ConvolutionalHead(classes);

    private static Backbone Variant(string name, long parameters, ConvolutionShape stem, long[] layers, int smallest) => new(
        name, "SqueezeNet", Width, parameters, Preprocessing.ImageNet, () => new SqueezeNet(stem, layers, new Container("classifier")))
    {
        InputSizes = InputSizes.AtLeast(smallest),
    };

    private static Tensor Pooled(Tensor maps) => nn.functional.max_pool2d(maps, 3, 2, ceil_mode: true);

    private static SymbolicTensor Pooled(SymbolicTensor maps) => maps.MaxPool(3, 2, ceiling: true);

    /// <summary>1×1 to few channels, then 1×1 and 3×3 in parallel to four times as many each.</summary>
    private sealed class Fire : NamedModule, IExportable
    {
        private readonly ConvolutionUnit _squeeze;
        private readonly ConvolutionUnit _expand1;
        private readonly ConvolutionUnit _expand3;

        public Fire(long inputs, long squeezed) : base(nameof(Fire))
        {
            _squeeze = Convolution("squeeze", null, new(inputs, squeezed, 1));
            _expand1 = Convolution("expand1x1", null, new(squeezed, 4 * squeezed, 1));
            _expand3 = Convolution("expand3x3", null, new(squeezed, 4 * squeezed, 3, 1, 1));
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor squeezed = _squeeze.Forward(input).relu_();
            return cat([_expand1.Forward(squeezed), _expand3.Forward(squeezed)], 1).relu_().MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input)
        {
            SymbolicTensor squeezed = _squeeze.Export(input).Relu();
            return SymbolicTensor.Concatenate(1, _expand1.Export(squeezed), _expand3.Export(squeezed)).Relu();
        }
    }

    /// <summary>Maps (N, 512, H, W) to logits: dropout in training, a 1×1 convolution, ReLU, global average pooling.</summary>
    private sealed class ConvolutionalHead : NamedModule, IExportable
    {
        public ConvolutionalHead(int classes) : base(nameof(ConvolutionalHead))
        {
            var weight = new Parameter(empty(classes, Width, 1, 1));
            var bias = new Parameter(empty(classes));
            Initialization.NormalLinear(weight, bias, 0.01);
            register_parameter(nameof(weight), weight);
            register_parameter(nameof(bias), bias);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            Tensor kept = nn.functional.dropout(input.to(ScalarType.Float32), 0.5, training);
            return nn.functional.conv2d(kept, get_parameter("weight")!, get_parameter("bias")).relu_().mean([2, 3])
                .MoveToOuterDisposeScope();
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            input.Convolve(get_parameter("weight")!, get_parameter("bias"), (1, 1), (0, 0)).Relu().Mean();
    }
}
