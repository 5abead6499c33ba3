using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;
using MLTransfer.Models.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// RegNet X, and Y with squeeze-and-excitation (Radosavovic et al. 2020, https://arxiv.org/abs/2003.13678): bottlenecks of grouped
/// convolutions, whose widths follow a quantized linear function. With torchvision's layer names.
/// </summary>
internal sealed class RegNet : ImageModel
{
    private const long StemWidth = 32;

    private RegNet(Line line, long groupWidth, bool squeezes, int width) : base(nameof(RegNet), "fc", width)
    {
        var stem = Child("stem", new ConvolutionModule(new(3, StemWidth, 3, 2, 1), BatchNormOptions.Default, Activation.Relu));
        var stages = new List<(string Name, nn.Module<Tensor, Tensor> Stage)>();
        long inputs = StemWidth;
        foreach ((long outputs, int depth) in line.Stages(groupWidth))
        {
            int number = stages.Count + 1;
            var blocks = new (string, nn.Module<Tensor, Tensor>)[depth];
            for (int i = 0; i < depth; i++)
            {
                blocks[i] = ($"block{number}-{i}", new Block(inputs, outputs, i == 0 ? 2 : 1, Math.Min(groupWidth, outputs), squeezes));
                inputs = outputs;
            }

            stages.Add(($"block{number}", new Sequence(blocks)));
        }

        Child("trunk_output", new Sequence(stages));
        Groups = [new("stem", stem),
            .. stages.Select(stage => new LayerGroup($"trunk_output.{stage.Name}", stage.Stage))];
        if (Initialization.IsLeftOut) return;
        foreach (Conv2d convolution in modules().OfType<Conv2d>())
            nn.init.kaiming_normal_(convolution.weight!, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        X("400mf", new(22, 24, 24.48, 2.54), 16, 400, 5_495_976),
        X("800mf", new(16, 56, 35.73, 2.28), 16, 672, 7_259_656),
        X("1_6gf", new(18, 80, 34.01, 2.25), 24, 912, 9_190_136),
        X("3_2gf", new(25, 88, 26.31, 2.25), 48, 1008, 15_296_552),
        X("8gf", new(23, 80, 49.56, 2.88), 120, 1920, 39_572_648),
        X("16gf", new(22, 216, 55.59, 2.1), 128, 2048, 54_278_536),
        X("32gf", new(23, 320, 69.86, 2.0), 168, 2520, 107_811_560),
        Y("400mf", new(16, 48, 27.89, 2.09), 8, 440, 4_344_144),
        Y("800mf", new(14, 56, 38.84, 2.4), 16, 784, 6_432_512),
        Y("1_6gf", new(27, 48, 20.71, 2.65), 24, 888, 11_202_430),
        Y("3_2gf", new(21, 80, 42.63, 2.66), 24, 1512, 19_436_338),
        Y("8gf", new(17, 192, 76.82, 2.19), 56, 2016, 39_381_472),
        Y("16gf", new(18, 200, 106.23, 2.48), 112, 3024, 83_590_140),
        Y("32gf", new(20, 232, 115.89, 2.53), 232, 3712, 145_046_770),
        Y("128gf", new(27, 456, 160.83, 2.52), 264, 7392, 644_812_894,
            new() { ResizeTo = 384, CropTo = 384, Interpolation = Interpolation.Bicubic }),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialization.NormalLinear(weight, bias, 0.01);

    private static Backbone X(string name, Line line, long groupWidth, int width, long parameters) =>
        new($"regnet_x_{name}", "RegNet X", width, parameters, Preprocessing.ImageNet with { ResizeTo = 232 },
            () => new RegNet(line, groupWidth, squeezes: false, width));

    private static Backbone Y(string name, Line line, long groupWidth, int width, long parameters, Preprocessing? preprocessing = null) =>
        new($"regnet_y_{name}", "RegNet Y", width, parameters, preprocessing ?? Preprocessing.ImageNet with { ResizeTo = 232 },
            () => new RegNet(line, groupWidth, squeezes: true, width));

    /// <summary>The paper's w_0, w_a and w_m, and the number of blocks.</summary>
    private sealed record Line(int Depth, int First, double Slope, double Step)
    {
        /// <summary>
        /// The paper's equations 2 to 4: block j would be w_0 + w_a · j wide; that is rounded to the nearest w_0 · w_m^s with a whole s,
        /// and to a multiple of 8. Blocks of one width are a stage, whose width is then rounded to whole groups.
        /// </summary>
        public IEnumerable<(long Width, int Depth)> Stages(long groupWidth) =>
            Enumerable.Range(0, Depth).Select(Width).GroupBy(width => width)
                .Select(stage => (ChannelCount.Round(stage.Key, Math.Min(groupWidth, stage.Key)), stage.Count()));

        private long Width(int block)
        {
            double step = Math.Round(Math.Log((First + Slope * block) / First) / Math.Log(Step));
            return 8 * (long)Math.Round(First * Math.Pow(Step, step) / 8);
        }
    }

    /// <summary>
    /// 1×1, grouped 3×3, squeeze and excitation in Y, 1×1; residual, with a 1×1 convolution on the shortcut where shapes differ.
    /// </summary>
    private sealed class Block : NamedModule, IExportable
    {
        private readonly ConvolutionModule? _shortcut;
        private readonly Sequence _path;

        public Block(long inputs, long width, long stride, long groupWidth, bool squeezes) : base(nameof(Block))
        {
            if (inputs != width || stride != 1)
                _shortcut = Child("proj", new ConvolutionModule(new(inputs, width, 1, stride), BatchNormOptions.Default));
            var path = new List<(string, nn.Module<Tensor, Tensor>)>
            {
                ("a", new ConvolutionModule(new(inputs, width, 1), BatchNormOptions.Default, Activation.Relu)),
                ("b", new ConvolutionModule(
                    new(width, width, 3, stride, 1, width / groupWidth), BatchNormOptions.Default, Activation.Relu)),
                ("c", new ConvolutionModule(new(width, width, 1), BatchNormOptions.Default)),
            };
            if (squeezes) path.Insert(2, ("se", new SqueezeExcitation(width, inputs / 4, Activation.Relu, Activation.Sigmoid)));
            _path = Child("f", new Sequence(path));
        }

        public override Tensor forward(Tensor input)
        {
            Tensor sum = _path.call(input);
            if (_shortcut is null) return sum.add_(input).relu_();
            using Tensor projected = _shortcut.call(input);
            return sum.add_(projected).relu_();
        }

        public SymbolicTensor Export(SymbolicTensor input) =>
            (_path.Export(input) + (_shortcut is null ? input : _shortcut.Export(input))).Relu();
    }
}
