using MLTransfer.Models;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

public class DenseNetTests
{
    [Fact]
    public void Weights_with_the_names_that_torchvision_published_are_taken()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("densenet121").Build(2);
        var published = StateDict.Save(model).ToDictionary(tensor => tensor.Name
            .Replace("norm1.", "norm.1.", StringComparison.Ordinal).Replace("norm2.", "norm.2.", StringComparison.Ordinal)
            .Replace("conv1.", "conv.1.", StringComparison.Ordinal).Replace("conv2.", "conv.2.", StringComparison.Ordinal));
        Assert.Contains("features.denseblock1.denselayer1.norm.1.weight", published.Keys);
        Assert.True(StateDict.Load(model, published, "published", "densenet121"));
    }
}
