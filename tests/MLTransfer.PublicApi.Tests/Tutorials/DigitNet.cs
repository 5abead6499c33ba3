using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests.Tutorials;

/// <summary>Three convolutions with max pooling, adaptive pooling to 7 × 7, and one linear layer, for gray images.</summary>
internal sealed class DigitNet : ImageModel
{
    private const int Maps = 64, Side = 7;

    public DigitNet() : base("DigitNet", headName: "fc", featureWidth: Maps * Side * Side)
    {
        nn.Module<Tensor, Tensor> first = Child("conv1", Convolution(1, 16));
        Groups =
        [
            // Gray images arrive as three equal channels: one of them is enough.
            new("conv1", [first], images => first.call(images.narrow(1, 0, 1))),
            new("conv2", Child("conv2", Convolution(16, 32))),
            new("conv3", Child("conv3", Convolution(32, Maps))),
        ];
    }

    public override IReadOnlyList<LayerGroup> Groups { get; }

    // In place of one number for each map, which is the default.
    protected override Tensor Pool(Tensor maps) => nn.functional.adaptive_avg_pool2d(maps, Side).flatten(1);

    private static TorchSharp.Modules.Sequential Convolution(int inputs, int outputs) =>
        nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding: 1), nn.ReLU(), nn.MaxPool2d(2));
}
