using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>Every backbone that torchvision has against torchvision's own, with the same random weights.</summary>
public class TorchvisionParityTests(TorchvisionReference reference) : IClassFixture<TorchvisionReference>
{
    // Float32 sums in another order: PyTorch's own logits lie up to 2.3e-6 from those in float64, whatever the processor's instructions.
    private const double Tolerance = 1e-4;

    // In float64, with our features and classifier in float32: their rounding alone.
    private const double GradientTolerance = 1e-5;

    // In float32 the gradient passes ReLUs and maxima, and where a sum is within rounding of zero or of another, one position of a map gets
    // a gradient that it does not get elsewhere. PyTorch 1.13's own gradients in float32 differ by up to 1.5e-2 from those in float64
    // (ResNeXt-50 with AVX-512 and without oneDNN, 1.2e-6 with AVX2; GoogLeNet 4.6e-5, 3.9e-4 and 1e-2). A layer missing or wrong on the
    // way back changes it by its own size.
    private const double RoundedGradientTolerance = 5e-2;

    // Above, float64 takes too long and too much memory.
    private const long MostParametersInFloat64 = 50_000_000;

    // In float64 these take ten seconds to a minute each.
    private static readonly string[] Slow = ["maxvit_t", "vit_b_32", "swin_v2_t", "vgg11", "wide_resnet50_2", "efficientnet_v2_s"];

    public static TheoryData<string> SmallestOfEachFamily => [.. Zoo.SmallestOfEachFamily.Where(Zoo.IsInTorchvision).Except(Slow)];

    public static TheoryData<string> AllOthers => [.. Zoo.Names.Where(Zoo.IsInTorchvision).Except(Zoo.SmallestOfEachFamily).Union(Slow)];

    [NeedsTorchvisionTheory(TorchvisionReference.Script), MemberData(nameof(SmallestOfEachFamily))]
    public void The_smallest_backbone_of_a_family_is_torchvisions(string name) => Compare(name);

    [NeedsTorchvisionTheory(TorchvisionReference.Script), MemberData(nameof(AllOthers)), Trait("Category", "Long")]
    public void All_others_are_torchvisions(string name) => Compare(name);

    private void Compare(string name)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find(name);
        bool exact = backbone.Parameters <= MostParametersInFloat64 && Zoo.SmallestOfEachFamily.Contains(name);
        using ReferenceNetwork expected = reference.Compute(name, Side(backbone), images: 2, exact);
        using ImageModel model = backbone.Build(classes: 1000);
        Assert.Equal(expected.Parameters, backbone.Parameters);
        Assert.Equal(expected.Parameters, model.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(expected.State, model.state_dict().Select(entry => $"{entry.Key} {string.Join(',', entry.Value.shape)}")
            .Order(StringComparer.Ordinal));

        StateDict.Load(model, WeightsFile.Read(expected.WeightsPath), name + ".pth", name);
        model.eval();
        Tensor images = expected.Input, logits = model.call(images);
        Assert.InRange(Zoo.RelativeDifference(logits.detach(), expected.Logits), 0, Tolerance);
        if (exact)
        {
            model.to(ScalarType.Float64);
            // It takes features, which are float32 always.
            model.Head.to(ScalarType.Float32);
            logits = model.call(images.to(ScalarType.Float64));
        }

        nn.functional.cross_entropy(logits, arange(2, dtype: ScalarType.Int64)).backward();
        Tensor gradient = model.get_parameter(expected.FirstParameter)!.grad!;
        Assert.InRange(Zoo.RelativeDifference(gradient, expected.Gradient(gradient.shape)), 0,
            exact ? GradientTolerance : RoundedGradientTolerance);
    }

    // Small, so that it is fast, where torchvision's network takes that: its transformers with places are made for one size.
    private static int Side(Backbone backbone) => backbone.InputSizes.Multiple > 1 ? 224 : Math.Max(96, backbone.InputSizes.Minimum);
}
