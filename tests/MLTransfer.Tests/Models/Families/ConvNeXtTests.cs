using MLTransfer.Models;
using MLTransfer.Tests.Reference;
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
