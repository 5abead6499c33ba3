using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>Every backbone that torchvision has against torchvision's own, with the same random weights.</summary>
public class TorchvisionParityTests(TorchvisionReference reference) : IClassFixture<TorchvisionReference>
{
    // Float32 sums in another order; measured differences lie between 1e-7 and 3e-5.
    private const double Tolerance = 1e-4;

    public static TheoryData<string> SmallestOfEachFamily => [.. Zoo.SmallestOfEachFamily.Where(Zoo.IsInTorchvision)];

    public static TheoryData<string> AllOthers => [.. Zoo.Names.Where(Zoo.IsInTorchvision).Except(Zoo.SmallestOfEachFamily)];

    [NeedsTorchvisionTheory(TorchvisionReference.Script), MemberData(nameof(SmallestOfEachFamily))]
    public void The_smallest_backbone_of_a_family_is_torchvisions(string name) => Compare(name);

    [NeedsTorchvisionTheory(TorchvisionReference.Script), MemberData(nameof(AllOthers)), Trait("Category", "Long")]
    public void All_others_are_torchvisions(string name) => Compare(name);

    private void Compare(string name)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find(name);
        using ReferenceNetwork expected = reference.Compute(name, Side(backbone), pictures: 2);
        using ImageModel model = backbone.Build(classes: 1000);
        Assert.Equal(expected.Parameters, backbone.Parameters);
        Assert.Equal(expected.Parameters, model.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(expected.State, model.state_dict().Select(entry => $"{entry.Key} {string.Join(',', entry.Value.shape)}").Order(StringComparer.Ordinal));

        StateDict.Load(model, WeightsFile.Read(expected.WeightsPath), name + ".pth", name);
        model.eval();
        Tensor logits = model.call(expected.Input);
        nn.functional.cross_entropy(logits, arange(2, dtype: ScalarType.Int64)).backward();
        Assert.InRange(Zoo.RelativeDifference(logits.detach(), expected.Logits), 0, Tolerance);
        Tensor first = model.get_parameter(expected.FirstParameter)!;
        Assert.InRange(Zoo.RelativeDifference(first.grad!, expected.Gradient(first.shape)), 0, Tolerance);
    }

    // Small, so that it is fast, where torchvision's network takes that: its transformers with places are made for one size.
    private static int Side(Backbone backbone) => backbone.InputSizes.Step > 1 ? 224 : Math.Max(96, backbone.InputSizes.Least);
}
