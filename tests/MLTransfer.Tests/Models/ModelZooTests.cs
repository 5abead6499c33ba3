using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models;

/// <summary>The contract of every backbone of the zoo.</summary>
public class ModelZooTests
{
    public static TheoryData<string> AllBackbones => [.. ModelZoo.All.Select(backbone => backbone.Name)];

    // The large ones run the same code as their small relatives; building them all costs memory and time only.
    public static TheoryData<string> SmallBackbones => [.. ModelZoo.All.Where(backbone => backbone.Parameters < 30_000_000).Select(backbone => backbone.Name)];

    [Theory, MemberData(nameof(SmallBackbones))]
    public void Every_backbone_has_the_parameters_it_states(string name)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find(name);
        ImageModel model = backbone.Build(Math.Max(1, backbone.Classes));
        long head = backbone.Classes == 0 ? model.Head.parameters().Sum(parameter => parameter.numel()) : 0;
        Assert.Equal(backbone.Parameters, model.parameters().Sum(parameter => parameter.numel()) - head);
    }

    [Theory, MemberData(nameof(SmallBackbones))]
    public void Every_backbone_gives_one_score_per_class_and_features_of_the_stated_width(string name)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find(name);
        ImageModel model = backbone.Build(classes: 7);
        model.eval();
        int side = Math.Min(64, backbone.Preprocessing.CropTo);
        Tensor images = randn(2, 3, side, side);
        Assert.Equal([2, 7], model.call(images).shape);
        Assert.Equal([2, backbone.FeatureWidth], model.Features(images).shape);
    }

    [Theory, MemberData(nameof(SmallBackbones))]
    public void Every_weight_belongs_to_one_layer_group_or_to_the_head(string name)
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find(name).Build(classes: 2);
        long grouped = model.Groups.SelectMany(group => group.Modules).SelectMany(module => module.parameters()).Sum(parameter => parameter.numel());
        Assert.Equal(model.parameters().Sum(parameter => parameter.numel()), grouped + model.Head.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(model.Groups.Count, model.Groups.Select(group => group.Name).Distinct().Count());
    }

    [Theory, MemberData(nameof(SmallBackbones))]
    public void Every_backbone_gives_the_same_scores_when_folded(string name)
    {
        using var scope = NewDisposeScope();
        Backbone backbone = ModelZoo.Find(name);
        manual_seed(3);
        ImageModel model = backbone.Build(classes: 5);
        RandomStatistics(model);
        model.eval();
        int side = Math.Min(64, backbone.Preprocessing.CropTo);
        Tensor images = randn(4, 3, side, side);
        Tensor expected = model.call(images).detach();
        using (var frozen = new FrozenModel(model, ScalarType.Float32))
            Assert.True(RelativeDifference(frozen.Logits(images), expected) < 1e-4, "Folding only reorders float32 sums.");
        Assert.True(RelativeDifference(model.call(images).detach(), expected) == 0, "Unfolding gives the trained network back.");
    }

    [Fact]
    public void Layers_are_found_by_their_name_or_by_the_name_they_begin_with()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("mobilenet_v1_b12").Build(classes: 2);
        Assert.Equal(0, model.FirstTrained(Layers.All));
        Assert.Equal(0, model.FirstTrained(Layers.From("features")));
        Assert.Equal(20, model.FirstTrained(Layers.From("features.20")));
        Assert.Equal(model.Groups.Count, model.FirstTrained(Layers.From("classifier")));
    }

    [Fact]
    public void An_unknown_layer_is_an_error_that_names_the_nearest()
    {
        using var scope = NewDisposeScope();
        ImageModel model = ModelZoo.Find("resnet18").Build(classes: 2);
        var error = Assert.Throws<ArgumentException>(() => model.FirstTrained(Layers.From("layr4")));
        Assert.Contains("Did you mean 'layer4'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_backbone_is_an_error_that_names_the_nearest()
    {
        var error = Assert.Throws<ArgumentException>(() => ModelZoo.Find("resnet81"));
        Assert.Contains("Did you mean 'resnet18'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Backbones_are_found_whatever_the_letter_case() => Assert.Equal("resnet50", ModelZoo.Find("ResNet50").Name);

    internal static double RelativeDifference(Tensor actual, Tensor expected) =>
        ((actual - expected).abs().max() / expected.abs().max()).item<float>();

    private static void RandomStatistics(ImageModel model)
    {
        using var frozen = no_grad();
        foreach ((string name, Tensor value) in model.state_dict())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) value.normal_(0, 0.1);
            if (name.EndsWith("running_var", StringComparison.Ordinal)) value.uniform_(0.5, 1.5);
        }
    }
}
