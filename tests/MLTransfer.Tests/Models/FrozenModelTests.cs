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
        long before = LiveTensors.OnThisThread;
        using var frozen = new FrozenModel(model, ScalarType.Float32, packs: false);
        using (Tensor image = zeros(1, 3, 224, 224)) frozen.Features(image).Dispose();
        Assert.True(LiveTensors.OnThisThread > before, "Folding makes tensors.");
        int weights = model.state_dict().Count;
        model.Dispose();
        Assert.Equal(before - weights, LiveTensors.OnThisThread);
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

public class MixedPrecisionTests
{
    [Fact]
    public void In_bfloat16_the_weights_stay_in_float32_and_learn_nearly_the_same()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using ImageModel model = ModelZoo.Find("embedded").Build(4);
        Tensor images = randn(16, 3, 32, 32), labels = tensor(Enumerable.Range(0, 16).Select(i => i % 4L).ToArray());
        Tensor[] exact = Gradients(ScalarType.Float32), rounded = Gradients(ScalarType.BFloat16);
        Assert.All(model.parameters(), parameter => Assert.Equal(ScalarType.Float32, parameter.dtype));
        Assert.All(rounded, gradient => Assert.Equal(ScalarType.Float32, gradient.dtype));
        // bfloat16 has 8 bits of mantissa, and each rounding near zero switches a ReLU: on random weights that makes a fifth to a third of
        // a gradient's length, depending on the processor's instructions, in every direction. A wrong formula would be off by its whole
        // length.
        Assert.InRange(Length([.. exact.Zip(rounded, (one, other) => one - other)]) / Length(exact), 1e-5, 0.5);

        static double Length(Tensor[] gradients) => Math.Sqrt(gradients.Sum(gradient => (gradient * gradient).sum().ToDouble()));

        Tensor[] Gradients(ScalarType type)
        {
            model.train();
            foreach (var parameter in model.parameters()) parameter.grad = null;
            nn.functional.cross_entropy(model.call(images.to(type)), labels).backward();
            return [.. model.parameters().Select(parameter => parameter.grad!.clone())];
        }
    }
}
