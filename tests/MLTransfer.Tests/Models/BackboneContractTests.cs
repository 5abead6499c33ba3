using MLTransfer.Models;
using MLTransfer.Models.Packing;
using MLTransfer.Training;
using MLTransfer.Weights;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>What holds for every backbone of the zoo, whatever its architecture; each is built once.</summary>
public class BackboneContractTests
{
    private const int Classes = 7;

    public static TheoryData<string> SmallestOfEachFamily => [.. Zoo.SmallestOfEachFamily];

    public static TheoryData<string> AllOthers => [.. Zoo.Names.Except(Zoo.SmallestOfEachFamily)];

    [Theory, MemberData(nameof(SmallestOfEachFamily))]
    public void The_smallest_backbone_of_a_family_keeps_the_contract(string name) => Check(name);

    [Theory, MemberData(nameof(AllOthers)), Trait("Category", "Long")]
    public void All_others_keep_the_contract(string name) => Check(name);

    private static void Check(string name)
    {
        Backbone backbone = ModelZoo.Find(name);
        Tensor[] state;
        using (var scope = NewDisposeScope())
        {
            manual_seed(3);
            using ImageModel model = backbone.Build(Classes);
            Check(backbone, model);
            state = [.. model.state_dict().Values];
        }

        Assert.All(state, tensor => Assert.True(tensor.IsInvalid));
    }

    private static void Check(Backbone backbone, ImageModel model)
    {
        RandomWeights.Fill(model);
        model.eval();
        Tensor images = randn(2, 3, Zoo.SmallSide(backbone), Zoo.SmallSide(backbone));
        Is_recognized_by_its_weights(backbone, model);
        Tensor scores = Scores(model, images);
        Leaves_no_tensor_behind(model, images);
        Gives_the_same_scores_when_folded(model, images, scores);
        Gives_nearly_the_same_scores_in_bfloat16(model, images, scores);
        What_is_frozen_gets_no_gradient_and_what_is_not_does(model, images);
        Assert.Empty(BackboneContract.FindViolations(backbone, model, Classes, images));
        Has_the_stated_number_of_parameters(backbone, model);
    }

    private static void Is_recognized_by_its_weights(Backbone backbone, ImageModel model)
    {
        IEnumerable<TensorDescription> file = model.state_dict().Select(entry => new TensorDescription(
            entry.Key, entry.Value.dtype == ScalarType.Float32 ? TensorType.Float32 : TensorType.Int64, entry.Value.shape));
        Assert.Equal(new BackboneDetector(backbone, Classes), BackboneDetector.Detect(file));
    }

    private static Tensor Scores(ImageModel model, Tensor images)
    {
        using var untracked = no_grad();
        return model.call(images);
    }

    private static void Leaves_no_tensor_behind(ImageModel model, Tensor images)
    {
        using var untracked = no_grad();
        long before = LiveTensors.OnThisThread;
        model.call(images).Dispose();
        Assert.Equal(before, LiveTensors.OnThisThread);
        using (var frozen = new FrozenModel(model, ScalarType.BFloat16)) frozen.Logits(images).Dispose();
        Assert.Equal(before, LiveTensors.OnThisThread);
    }

    // Folding only reorders float32 sums, and unfolding gives the trained network back.
    private static void Gives_the_same_scores_when_folded(ImageModel model, Tensor images, Tensor scores)
    {
        using (var frozen = new FrozenModel(model, ScalarType.Float32))
            Assert.InRange(Zoo.RelativeDifference(frozen.Logits(images), scores), 0, 1e-4);
        // A network that could not be packed would be folded instead.
        using (var packed = new PackedNetwork(model, ScalarType.Float32, images.shape[2], batchSize: 2))
            Assert.InRange(Zoo.RelativeDifference(packed.Logits(images), scores), 0, 1e-4);
        // Without gradients, as before: libtorch computes attention in other ways where it needs them.
        using var untracked = no_grad();
        Assert.Equal(0, Zoo.RelativeDifference(model.call(images), scores));
    }

    // bfloat16 keeps 8 bits, 0.4 % of a number; what that adds up to over the layers stays below 5 % of the largest score.
    private static void Gives_nearly_the_same_scores_in_bfloat16(ImageModel model, Tensor images, Tensor scores)
    {
        using var frozen = new FrozenModel(model, ScalarType.BFloat16);
        Tensor rounded = frozen.Logits(images);
        Assert.Equal(ScalarType.Float32, rounded.dtype);
        Assert.InRange(Zoo.RelativeDifference(rounded, scores), 0, 0.05);
    }

    private static void What_is_frozen_gets_no_gradient_and_what_is_not_does(ImageModel model, Tensor images)
    {
        int first = model.Groups.Count / 2;
        nn.Module[] frozen = [.. model.Groups.Take(first).SelectMany(group => group.Modules), .. model.AuxiliaryHeads];
        var trainee = new TrainableModel(model, model.Head, frozen);
        trainee.BeginEpoch();
        // In bfloat16, as training can be asked to compute: weights and gradients stay float32.
        model.call(images.to(ScalarType.BFloat16)).sum().backward();
        Assert.All(frozen.SelectMany(module => module.parameters()), parameter => Assert.Null(parameter.grad));
        Assert.All(trainee.Backbone.Concat(trainee.Head), parameter => Assert.Equal(ScalarType.Float32, parameter.grad?.dtype));
        trainee.Finish();
        model.eval();
    }

    private static void Has_the_stated_number_of_parameters(Backbone backbone, ImageModel model)
    {
        model.ResetClassifier(Math.Max(1, backbone.Classes));
        long head = backbone.Classes == 0 ? model.Head.parameters().Sum(parameter => parameter.numel()) : 0;
        Assert.Equal(backbone.Parameters, model.parameters().Sum(parameter => parameter.numel()) - head);
    }
}
