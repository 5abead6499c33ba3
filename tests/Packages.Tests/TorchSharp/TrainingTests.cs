using TorchSharp;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

public sealed class TrainingTests
{
    [Fact]
    public void A_thousand_steps_leave_as_many_tensors_as_before()
    {
        using var model = nn.Sequential(
            ("conv", nn.Conv2d(3, 4, 3, padding: 1)), ("bn", nn.BatchNorm2d(4)), ("relu", nn.ReLU()),
            ("pool", nn.AdaptiveAvgPool2d(1)), ("flat", nn.Flatten()), ("fc", nn.Linear(4, 2)));
        using var optimizer = optim.SGD(model.parameters(), 0.01, momentum: 0.9);
        using var pictures = rand(2, 3, 8, 8);
        using var labels = tensor(new long[] { 0, 1 });
        Step();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 1000; i++)
            Step();
        Assert.Equal(before, Tensor.TotalCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(model.call(pictures), labels).backward();
            optimizer.step();
        }
    }
}
