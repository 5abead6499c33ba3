using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models;

/// <summary>VGG (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556) with torchvision's layer names.</summary>
internal sealed class Vgg : ImageModel
{
    private const int Width = 4096;

    private Vgg(int[] convolutionsPerStage, int classes) : this(convolutionsPerStage, classes, new Stage("classifier"))
    {
    }

    private Vgg(int[] convolutionsPerStage, int classes, Stage classifier) : base(nameof(Vgg), "classifier.6", Width, classifier)
    {
        Stage features = Child("features", new Stage("features"));
        Child("classifier", classifier);
        var groups = new List<LayerGroup>();
        long inputs = 3;
        int index = 0;
        for (int stage = 0; stage < convolutionsPerStage.Length; stage++)
        {
            long width = Math.Min(512, 64L << stage);
            for (int i = 1; i <= convolutionsPerStage[stage]; i++)
            {
                bool last = i == convolutionsPerStage[stage];
                groups.Add(features.Convolution(index, new(inputs, width, 3, 1, 1), pooled: last));
                inputs = width;
                index += last ? 3 : 2;
            }
        }

        groups.Add(classifier.Linear(0, 512 * 7 * 7, Width, maps => nn.functional.adaptive_avg_pool2d(maps, 7).flatten(1), () => training));
        groups.Add(classifier.Linear(3, Width, Width, vectors => vectors, () => training));
        Groups = groups;
        Initialisation.Vgg(this);
        ResetHead(classes);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("vgg16", "VGG", Width, 138_357_544, Imaging.Preprocessing.ImageNet, classes => new Vgg([2, 2, 3, 3, 3], classes)),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    /// <summary>The features are vectors already.</summary>
    private protected override Tensor Pool(Tensor maps) => maps.to(ScalarType.Float32, copy: true);

    /// <summary>Layers under the numbers they have in torchvision's Sequential; what lies between them has no weights.</summary>
    private sealed class Stage(string name) : NamedModule(name)
    {
        public LayerGroup Convolution(int index, ConvolutionShape shape, bool pooled)
        {
            ConvolutionUnit unit = Convolution($"{index}", null, shape);
            return new LayerGroup($"{GetName()}.{index}", [unit.Kernel], input =>
            {
                Tensor active = unit.Forward(input).relu_();
                return pooled ? nn.functional.max_pool2d(active, 2, 2) : active;
            });
        }

        public LayerGroup Linear(int index, long inputs, long outputs, Func<Tensor, Tensor> before, Func<bool> training)
        {
            LinearUnit unit = Linear($"{index}", inputs, outputs);
            return new LayerGroup($"{GetName()}.{index}", [unit.Layer], input =>
                nn.functional.dropout(unit.Forward(before(input)).relu_(), 0.5, training()));
        }

        public override Tensor forward(Tensor input) => throw new NotSupportedException("The layer groups of VGG are run one by one.");
    }
}
