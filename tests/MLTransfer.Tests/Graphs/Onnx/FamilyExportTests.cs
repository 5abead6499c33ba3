using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>ONNX Runtime gives the probabilities of the network that was exported.</summary>
public class FamilyExportTests
{
    // Both compute in float32, in another order: the largest difference seen is below a tenth of it.
    private const float Tolerance = 1e-4f;

    public static TheoryData<string> SmallestOfEachFamily => [.. Zoo.SmallestOfEachFamily];

    public static TheoryData<string> Others => [.. Zoo.Names.Except(Zoo.SmallestOfEachFamily)];

    [NeedsSharedTheory(OnnxScene.Photographs), MemberData(nameof(SmallestOfEachFamily))]
    public void ONNX_Runtime_gives_the_probabilities_of_each_family(string name) => AssertSame(name, side: null);

    [NeedsSharedTheory(OnnxScene.Photographs), Trait("Category", "Long"), MemberData(nameof(Others))]
    public void ONNX_Runtime_gives_the_probabilities_of_every_network(string name) => AssertSame(name, side: null);

    private static void AssertSame(string name, int? side)
    {
        using var scene = new OnnxScene(ModelZoo.Find(name), side);
        float[] expected = scene.Expected();
        Assert.InRange(expected.Max(), 0.3f, 0.999f);
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(scene.Export()), expected), 0, Tolerance);
    }
}
