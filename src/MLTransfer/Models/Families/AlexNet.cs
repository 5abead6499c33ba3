using MLTransfer.Imaging;
using MLTransfer.Models.Blocks;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Models.Families;

/// <summary>
/// AlexNet in the form of "One weird trick for parallelizing convolutional neural networks" (Krizhevsky 2014,
/// https://arxiv.org/abs/1404.5997).
/// </summary>
internal sealed class AlexNet : ImageModel
{
    private const int Width = 4096;

    private AlexNet(Container classifier) : base(nameof(AlexNet), "classifier.6", Width, classifier)
    {
        Container features = Child("features", new Container("features"));
        Child("classifier", classifier);
        LayerGroup Convolution(int index, ConvolutionShape shape, bool pooled = false)
        {
            ConvolutionUnit unit = features.Convolution($"{index}", null, shape);
            return new(
                $"features.{index}", unit.Modules, maps => Pooled(unit.Forward(maps).relu_(), pooled),
                maps => pooled ? unit.Export(maps).Relu().MaxPool(3, 2) : unit.Export(maps).Relu());
        }

        LayerGroup Linear(
            int index, long inputs, Func<Tensor, Tensor> vectors, Func<SymbolicTensor, SymbolicTensor> exportVectors)
        {
            LinearUnit unit = classifier.Linear($"{index}", inputs, Width);
            return new($"classifier.{index}", [unit.Layer], state =>
                unit.Forward(nn.functional.dropout(vectors(state), 0.5, unit.Layer.training)).relu_(),
                state => unit.Export(exportVectors(state)).Relu());
        }

        Groups =
        [
            Convolution(0, new(3, 64, 11, 4, 2), pooled: true),
            Convolution(3, new(64, 192, 5, 1, 2), pooled: true),
            Convolution(6, new(192, 384, 3, 1, 1)),
            Convolution(8, new(384, 256, 3, 1, 1)),
            Convolution(10, new(256, 256, 3, 1, 1), pooled: true),
            Linear(1, 256 * 6 * 6, maps => nn.functional.adaptive_avg_pool2d(maps, 6).flatten(1),
                maps => maps.AdaptiveAveragePool(6).Flatten()),
            Linear(4, Width, vectors => vectors, vectors => vectors),
        ];
    }

    public static IReadOnlyList<Backbone> Variants { get; } =
    [
        new("alexnet", "AlexNet", Width, 61_100_840, Preprocessing.ImageNet, () => new AlexNet(new("classifier")))
        {
            InputSizes = InputSizes.AtLeast(63),
        },
    ];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private static Tensor Pooled(Tensor maps, bool pooled) => pooled ? nn.functional.max_pool2d(maps, 3, 2) : maps;
}
