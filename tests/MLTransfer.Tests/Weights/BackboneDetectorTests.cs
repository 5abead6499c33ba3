using MLTransfer.Models;
using MLTransfer.Weights;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Weights;

public class BackboneDetectorTests
{
    [Theory]
    [InlineData("resnet18", 1000)]
    [InlineData("resnet34", 7)]
    [InlineData("mobilenet_v1_b12", 2)]
    [InlineData("swin_v2_t", 3)]
    [InlineData("maxvit_t", 3)]
    [InlineData("mnasnet0_5", 3)]
    [InlineData("googlenet", 7)]
    [InlineData("squeezenet1_1", 5)]
    [InlineData("mobilenet_v3_small", 2)]
    public void Weights_are_recognised_whatever_the_number_of_classes(string name, int classes)
    {
        using var scope = NewDisposeScope();

        ImageModel model = ModelZoo.Find(name).Build(classes);
        TensorDescription[] tensors = [.. StateDict.Save(model)];

        Assert.Equal(new BackboneDetector(ModelZoo.Find(name), classes), BackboneDetector.Detect(tensors));
        Assert.Equal("", BackboneDetector.Detect(tensors.Where(tensor => !tensor.Name.StartsWith(model.HeadName, StringComparison.Ordinal)))?.Prefix);
        IEnumerable<TensorDescription> within = tensors.Select(tensor => tensor with { Name = $"net.encoder.{tensor.Name}" });
        Assert.Equal(
            new BackboneDetector(ModelZoo.Find(name), classes) { Prefix = "net.encoder." },
            BackboneDetector.Detect([.. within, new("loss.weight", TensorType.Float32, [2]), new("metric.weight", TensorType.Float32, [3])]));
    }

    [Fact]
    public void Every_backbone_has_its_own_number_of_parameters() =>
        Assert.Distinct(ModelZoo.All.Select(backbone => backbone.BodyParameters));
}
