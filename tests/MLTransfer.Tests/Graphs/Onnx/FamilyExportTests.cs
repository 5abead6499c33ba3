using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Graphs.Onnx;

/// <summary>ONNX Runtime gives the probabilities of the network that was exported.</summary>
public class FamilyExportTests
{
    // Both compute in float32, in another order: the largest difference seen is 2e-6.
    private const float Tolerance = 1e-4f;

    // Building larger ones and loading them in ONNX Runtime takes many seconds; swin_v2_t is the smallest with attention.
    private const long MostParameters = 14_000_000;

    public static TheoryData<string> SmallOnes => [.. Small];

    public static TheoryData<string> Others => [.. Zoo.Names.Except(Small)];

    private static IEnumerable<string> Small =>
        Zoo.SmallestOfEachFamily.Where(name => name == "swin_v2_t" || ModelZoo.Find(name).Parameters < MostParameters);

    [NeedsSharedTheory(OnnxScene.Photographs), MemberData(nameof(SmallOnes))]
    public void ONNX_Runtime_gives_the_probabilities_of_small_networks(string name) => AssertSame(name);

    [NeedsSharedTheory(OnnxScene.Photographs), Trait("Category", "Long"), MemberData(nameof(Others))]
    public void ONNX_Runtime_gives_the_probabilities_of_every_other_network(string name) => AssertSame(name);

    // Windows of Swin are padded, shifted and merged at odd sizes; pooling reaches over the edge.
    [NeedsSharedTheory(OnnxScene.Photographs), Trait("Category", "Long")]
    [InlineData("swin_t", 44), InlineData("swin_v2_t", 88), InlineData("googlenet", 47), InlineData("inception_v3", 107)]
    [InlineData("vit_b_32", 96), InlineData("maxvit_t", 448), InlineData("alexnet", 100), InlineData("vgg11", 70)]
    public void The_size_of_the_images_may_be_any_that_the_network_takes(string name, int side) => AssertSame(name, side);

    private static void AssertSame(string name, int? side = null)
    {
        using var scene = new OnnxScene(ModelZoo.Find(name), side);
        float[] expected = scene.Expected();
        Assert.InRange(expected.Max(), 0.3f, 0.999f);
        Assert.InRange(OnnxScene.LargestDifference(scene.Exported(scene.Export()), expected), 0, Tolerance);
    }
}
