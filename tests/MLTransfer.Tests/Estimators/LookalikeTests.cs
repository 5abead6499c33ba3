using MLTransfer.Estimators;
using MLTransfer.Models;
using MLTransfer.Weights;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Estimators;

public class LookalikeTests
{
    [Theory]
    [InlineData("resnet18", 1000)]
    [InlineData("resnet34", 7)]
    [InlineData("mobilenet_v1_b12", 2)]
    public void Weights_are_recognised_whatever_the_number_of_classes(string name, int classes)
    {
        using var scope = NewDisposeScope();

        Assert.Equal(name, Lookalike.Of(StateDict.Save(ModelZoo.Find(name).Build(classes)).ToDictionary(tensor => tensor.Name)));
    }

    [Fact]
    public void Every_backbone_has_its_own_number_of_parameters() =>
        Assert.Distinct(ModelZoo.All.Select(backbone => backbone.Parameters - (backbone.Classes * (backbone.FeatureWidth + 1L))));
}
