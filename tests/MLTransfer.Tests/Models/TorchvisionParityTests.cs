using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>
/// Logits and the first layer's gradient against torchvision's own networks with the same random weights. The tolerance of 1e-4 of the
/// largest value covers float32 sums in another order.
/// </summary>
public class TorchvisionParityTests
{
    private const string Script = "peers/parity_models.py";

    [NeedsTorchvisionTheory(Script)]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("vgg16")]
    public void Logits_and_gradients_are_torchvisions(string name)
    {
        using var folder = new TemporaryFolder();
        PyTorch.Run("import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')", SharedFolder.PathOf(Script), folder.Path, name);
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find(name).Build(classes: 1000);
        StateDict.Load(model, WeightsFile.Read(folder.PathOf(name + ".pth")), name + ".pth", name);
        model.eval();
        Tensor logits = model.call(Read(folder, name + ".input.bin", 2, 3, 224, 224));
        nn.functional.cross_entropy(logits, arange(2, dtype: ScalarType.Int64)).backward();
        Tensor first = model.parameters().First();

        Assert.True(ModelZooTests.RelativeDifference(logits.detach(), Read(folder, name + ".logits.bin", logits.shape)) < 1e-4);
        Assert.True(ModelZooTests.RelativeDifference(first.grad!, Read(folder, name + ".grad.bin", first.shape)) < 1e-4);
    }

    private static Tensor Read(TemporaryFolder folder, string name, params long[] shape)
    {
        byte[] bytes = File.ReadAllBytes(folder.PathOf(name));
        return tensor(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray(), shape);
    }
}
