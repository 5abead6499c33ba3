using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Families;

public class ConvNeXtTests
{
    // A block's branch starts out scaled by 1e-6: with the usual random weights it could be wrong unseen.
    private const string Script = """
        import sys, torch, torchvision
        torch.manual_seed(0)
        model = torchvision.models.convnext_tiny(weights=None, layer_scale=0.5).eval()
        x = torch.randn(2, 3, 64, 64)
        logits = model(x)
        torch.nn.functional.cross_entropy(logits, torch.arange(2)).backward()
        torch.save(model.state_dict(), sys.argv[1])
        for name, value in ("x", x), ("logits", logits), ("gradient", model.features[0][0].weight.grad):
            value.detach().numpy().astype("<f4").tofile(f"{sys.argv[1]}.{name}")
        """;

    [NeedsTorchvisionFact]
    public void Blocks_are_torchvisions_whatever_their_scale()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("convnext_tiny.pth");
        PyTorch.Run(Script, path);
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("convnext_tiny").Build(classes: 1000);
        StateDict.Load(model, WeightsFile.Read(path), path, "convnext_tiny");
        model.eval();
        Tensor images = Read(path + ".x", 2, 3, 64, 64);
        Tensor logits = model.call(images);
        nn.functional.cross_entropy(logits, arange(2, dtype: ScalarType.Int64)).backward();

        Tensor expected = Read(path + ".logits", 2, 1000);
        Tensor gradient = model.parameters().First().grad!;
        Assert.True(Zoo.RelativeDifference(logits.detach(), expected) < 1e-4, "Only the order of float32 sums may differ.");
        Assert.True(Zoo.RelativeDifference(gradient, Read(path + ".gradient", gradient.shape)) < 1e-4,
            "Only the order of float32 sums may differ.");
        using (var frozen = new FrozenModel(model, ScalarType.Float32))
            Assert.True(Zoo.RelativeDifference(frozen.Logits(images), expected) < 1e-4, "Folding the scale only reorders float32 sums.");
    }

    private static Tensor Read(string path, params long[] shape) =>
        tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray(), shape);
}

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

public sealed class AuxiliaryHeadTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void They_learn_when_they_are_asked_to_and_their_losses_count_as_much_as_is_said(ScalarType type)
    {
        manual_seed(1);
        ImageModel model = ModelZoo.Find("googlenet").Build(2);
        var trainee = new TrainableModel(model, model.Head, [], type, auxiliaryWeight: 0.3);
        trainee.BeginEpoch();
        Tensor labels = tensor(new long[] { 0, 1 });
        IReadOnlyList<Tensor> logits = trainee.Forward(randn(2, 3, 64, 64));
        Tensor[] losses = [.. logits.Select(scores => nn.functional.cross_entropy(scores, labels))];
        Assert.Equal(3, losses.Length);
        Tensor total = trainee.CombineLosses(losses);
        Assert.Equal(losses[0].item<float>() + 0.3f * (losses[1].item<float>() + losses[2].item<float>()), total.item<float>(), 1e-5f);
        total.backward();
        Assert.All(model.AuxiliaryHeads.SelectMany(head => head.parameters()), parameter => Assert.NotNull(parameter.grad));
    }

    [Fact]
    public void Inception_says_which_images_its_auxiliary_head_needs()
    {
        using var untracked = no_grad();
        ImageModel model = ModelZoo.Find("inception_v3").Build(2);
        model.eval();
        Assert.Contains("299", Assert.Throws<InvalidOperationException>(() => model.AllLogits(randn(1, 3, 128, 128))).Message,
            StringComparison.Ordinal);
        Assert.Equal([1, 2], model.call(randn(1, 3, 128, 128)).shape);
    }
}
