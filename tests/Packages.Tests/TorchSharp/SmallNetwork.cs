using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

/// <summary>Two convolutions with batch norms and a linear layer; reference_training.py builds the same.</summary>
internal sealed class SmallNetwork : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "features")]
    private readonly Sequential _features;

    [ComponentName(Name = "classifier")]
    private readonly Linear _classifier;

    internal SmallNetwork(int classes) : base(nameof(SmallNetwork))
    {
        _features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding: 1, bias: false), nn.BatchNorm2d(8), nn.ReLU(inplace: true), nn.MaxPool2d(2),
            nn.Conv2d(8, 16, 3, stride: 2, padding: 1, groups: 2, bias: false), nn.BatchNorm2d(16), nn.ReLU6(),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0));
        _classifier = nn.Linear(16, classes);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => _classifier.call(_features.call(input));
}
