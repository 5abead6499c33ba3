using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>VGG (Simonyan and Zisserman 2014, https://arxiv.org/abs/1409.1556) with torchvision's layer names.</summary>
internal sealed class Vgg : ImageModel
{
    private const int Width = 4096;

    private Vgg(int[] convolutionsPerStage, bool normed) : this(convolutionsPerStage, normed, new Container("classifier"))
    {
    }

    private Vgg(int[] convolutionsPerStage, bool normed, Container classifier)
        : base(nameof(Vgg), "classifier.6", Width, classifier, dropout: 0.5)
    {
        Container features = Child("features", new Container("features"));
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
                ConvolutionUnit unit = features
                    .Convolution($"{index}", normed ? $"{index + 1}" : null, new(inputs, width, 3, 1, 1), bias: true);
                groups.Add(new(
                    $"features.{index}", unit.Modules, maps => Pooled(unit.Forward(maps).relu_(), last),
                    maps => last ? unit.Export(maps).Relu().MaxPool(2, 2) : unit.Export(maps).Relu()));
                inputs = width;
                index += (normed ? 3 : 2) + (last ? 1 : 0);
            }
        }

        LinearUnit first = classifier.Linear("0", 512 * 7 * 7, Width), second = classifier.Linear("3", Width, Width);
        groups.Add(new("classifier.0", [first.Layer], maps =>
            nn.functional.dropout(
                first.Forward(nn.functional.adaptive_avg_pool2d(maps, 7).flatten(1)).relu_(), 0.5, first.Layer.training),
            maps => first.Export(maps.AdaptiveAveragePool(7).Flatten()).Relu()));
        groups.Add(new("classifier.3", [second.Layer], vectors => second.Forward(vectors).relu_(),
            vectors => second.Export(vectors).Relu()));
        Groups = groups;
        Initialization.Vgg(this);
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        Variant("vgg11", [1, 1, 2, 2, 2], 132_863_336),
        Variant("vgg11_bn", [1, 1, 2, 2, 2], 132_868_840, normed: true),
        Variant("vgg13", [2, 2, 2, 2, 2], 133_047_848),
        Variant("vgg13_bn", [2, 2, 2, 2, 2], 133_053_736, normed: true),
        Variant("vgg16", [2, 2, 3, 3, 3], 138_357_544),
        Variant("vgg16_bn", [2, 2, 3, 3, 3], 138_365_992, normed: true),
        Variant("vgg19", [2, 2, 4, 4, 4], 143_667_240),
        Variant("vgg19_bn", [2, 2, 4, 4, 4], 143_678_248, normed: true),
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    protected override void InitializeClassifier(Tensor weight, Tensor bias) => Initialization.NormalLinear(weight, bias, 0.01);

    private static Backbone Variant(string name, int[] convolutionsPerStage, long parameters, bool normed = false) =>
        new(name, "VGG", Width, parameters, Preprocessing.ImageNet, () => new Vgg(convolutionsPerStage, normed))
        {
            InputSizes = InputSizes.AtLeast(32),
        };

    private static Tensor Pooled(Tensor maps, bool pooled) => pooled ? nn.functional.max_pool2d(maps, 2, 2) : maps;
}
