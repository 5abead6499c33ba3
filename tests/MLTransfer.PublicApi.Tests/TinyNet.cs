using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests;

/// <summary>A network of one's own, as docs/own-backbone.md shows it.</summary>
internal sealed class TinyNet : ImageModel
{
    public TinyNet() : base("TinyNet", headName: "fc", featureWidth: 64) =>
        Groups = [Layer("layer1", 3, 16), Layer("layer2", 16, 32), Layer("layer3", 32, 64)];

    public override IReadOnlyList<LayerGroup> Groups { get; }

    private LayerGroup Layer(string name, long inputs, long outputs) => new(name, Child(name, nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride: 2, padding: 1, bias: false), nn.BatchNorm2d(outputs), nn.ReLU())));
}
