using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>Native memory is freed when a network is disposed, not when finalizers run.</summary>
public class DisposalTests
{
    [Theory]
    [InlineData("resnet18")]
    [InlineData("googlenet")]
    [InlineData("swin_t")]
    public void A_disposed_network_has_freed_its_parameters_and_buffers(string name)
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find(name).Build(classes: 2);
        Tensor[] tensors = [.. model.state_dict().Values];
        Assert.All(tensors, tensor => Assert.False(tensor.IsInvalid));
        model.Dispose();
        Assert.All(tensors, tensor => Assert.True(tensor.IsInvalid));
        model.Dispose();
    }

    [Fact]
    public void A_disposed_network_has_freed_what_was_folded()
    {
        ImageModel model = ModelZoo.Find("maxvit_t").Build(classes: 2);
        long before = LiveTensors.Count();
        using var frozen = new FrozenModel(model, ScalarType.Float32);
        Assert.True(Tensor.TotalCount > before, "Folding makes tensors.");
        int weights = model.state_dict().Count;
        model.Dispose();
        Assert.Equal(before - weights, Tensor.TotalCount);
    }

    [Fact]
    public void A_new_classifier_frees_the_one_before()
    {
        using ImageModel model = ModelZoo.Find("googlenet").Build(classes: 2);
        string[] classifiers = [model.HeadName, .. model.AuxiliaryHeads.Select(head => head.ClassifierName)];
        Tensor[] before = [.. model.state_dict()
            .Where(item => classifiers.Any(name => item.Key.StartsWith(name + ".", StringComparison.Ordinal))).Select(item => item.Value)];
        Assert.Equal(6, before.Length);
        model.ResetClassifier(3);
        Assert.All(before, tensor => Assert.True(tensor.IsInvalid));
    }
}
