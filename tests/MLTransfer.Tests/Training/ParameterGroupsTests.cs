using MLTransfer.Models;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class ParameterGroupsTests
{
    private static readonly FineTuningOptions Options = new() { LearningRate = 0.1, HeadFactor = 3, WeightDecay = 0.5 };

    [Fact]
    public void The_head_learns_as_much_faster_as_is_asked_for()
    {
        using var scope = NewDisposeScope();
        (TrainableModel model, Linear head) = Model();
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, Options);
        Assert.Equal([(0.1, 0.5, 2), (0.1 * 3, 0.5, 2)],
            groups.Select(group => (group.LearningRate, group.WeightDecay, group.Parameters.Count)));
        Assert.Equal(head.parameters().Select(parameter => parameter.Handle), groups[1].Parameters.Select(each => each.Handle));
    }

    [Fact]
    public void A_frozen_backbone_has_no_group()
    {
        using var scope = NewDisposeScope();
        Linear head = nn.Linear(3, 2);
        Assert.Equal(0.1 * 3, Assert.Single(ParameterGroups.Create(new TrainableModel(head, head, []), Options)).LearningRate);
    }

    [Fact]
    public void Layers_have_rates_that_fall_towards_the_input()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(3);
        var model = new TrainableModel(network, network.Head, []);
        int layers = network.Groups.Count;
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, Options with { LayerDecay = 0.5 });

        int[] withWeights =
            [.. Enumerable.Range(0, layers).Where(layer => network.Groups[layer].Modules.Any(each => each.parameters().Any()))];
        Assert.Equal([.. withWeights.Reverse().Select(layer => 0.1 * Math.Pow(0.5, layers - layer)), 0.1 * 3],
            groups.Select(group => group.LearningRate));
        Assert.Equal(network.Groups[withWeights[0]].Modules.SelectMany(each => each.parameters()).Select(each => each.Handle),
            groups[^2].Parameters.Select(each => each.Handle));
        Assert.Equal(network.parameters().Count(), groups.Sum(group => group.Parameters.Count));
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("mobilenet_v1_b12")]
    [InlineData("vit_b_16")]
    public void The_lowest_rate_is_that_of_the_first_layer_whatever_their_number(string backbone)
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find(backbone).Build(3);
        var model = new TrainableModel(network, network.Head, []);
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, Options with { LowestRate = 0.01 });
        double[] rates = [.. groups.Select(group => group.LearningRate)];
        Assert.Equal(rates[..^1].OrderDescending(), rates[..^1]);
        Assert.Equal(0.1 * Math.Pow(0.01, 1.0 / network.Groups.Count), rates[0], 1e-12);
        Assert.Equal(0.1 * 0.01, rates[^2], 1e-12);
        Assert.Equal(0.1 * 3, rates[^1]);
    }

    [Fact]
    public void The_decay_from_layer_to_layer_counts_before_the_lowest_rate()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(3);
        var model = new TrainableModel(network, network.Head, []);
        Assert.Equal(
            ParameterGroups.Create(model, Options with { LayerDecay = 0.5 }).Select(group => group.LearningRate),
            ParameterGroups.Create(model, Options with { LayerDecay = 0.5, LowestRate = 0.01 }).Select(group => group.LearningRate));
    }

    [Fact]
    public void Frozen_layers_count_for_the_rates_of_the_others()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("resnet18").Build(3);
        var all = new TrainableModel(network, network.Head, []);
        double[] rates = [.. ParameterGroups.Create(all, Options with { LowestRate = 0.01 }).Select(group => group.LearningRate)];
        var upper = new TrainableModel(network, network.Head, [.. network.Groups[0].Modules]);
        double[] left = [.. ParameterGroups.Create(upper, Options with { LowestRate = 0.01 }).Select(group => group.LearningRate)];
        Assert.Equal([.. rates[..^2], rates[^1]], left);
    }

    [Fact]
    public void Norms_biases_and_embeddings_may_be_spared_from_weight_decay()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("vit_b_16").Build(3);
        var model = new TrainableModel(network, network.Head, []);
        IReadOnlyList<ParameterGroup> groups = ParameterGroups.Create(model, Options with { DecayNorms = false });
        HashSet<IntPtr> decayed =
            [.. groups.Where(group => group.WeightDecay > 0).SelectMany(group => group.Parameters).Select(each => each.Handle)];
        Assert.Equal([0.5, 0, 0.5, 0], groups.Select(group => group.WeightDecay));
        Assert.All(network.named_parameters(), entry => Assert.Equal(
            entry.name.EndsWith("weight", StringComparison.Ordinal) && entry.parameter.dim() > 1,
            decayed.Contains(entry.parameter.Handle)));
        Assert.Equal(network.parameters().Count(), groups.Sum(group => group.Parameters.Count));
    }

    [Fact]
    public void The_scales_of_Swin_v2_are_spared_with_its_norms()
    {
        using var scope = NewDisposeScope();
        using ImageModel network = ModelZoo.Find("swin_v2_t").Build(3);
        IReadOnlyList<ParameterGroup> groups =
            ParameterGroups.Create(new TrainableModel(network, network.Head, []), Options with { DecayNorms = false });
        HashSet<IntPtr> decayed =
            [.. groups.Where(group => group.WeightDecay > 0).SelectMany(group => group.Parameters).Select(each => each.Handle)];
        Assert.Equal(
            ["logit_scale"],
            network.named_parameters().Where(entry => entry.parameter.dim() > 1 && !decayed.Contains(entry.parameter.Handle))
                .Select(entry => entry.name.Split('.')[^1]).Distinct());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_step_moves_the_head_by_its_own_rate_and_the_schedule(double factor)
    {
        using var scope = NewDisposeScope();
        (TrainableModel model, Linear head) = Model();
        float before = head.bias![0].item<float>();
        FineTuningOptions options = Options with { Optimizer = OptimizerKind.Sgd, WeightDecay = 0, HeadFactor = factor };
        using var state = new TrainingState(model, options);
        model.BeginEpoch();
        using LabelledBatch batch = new(ones(1, 4), zeros(1, dtype: ScalarType.Int64), 1);
        double probability = model.Network.call(batch.Inputs).softmax(1)[0, 0].item<float>();
        using var tally = new RunningTally();
        new TrainingStep(state, options).Run(batch, rate: 0.5, tally);
        // The gradient of cross entropy by the first bias is p − 1; half the peak rate, and Nesterov momentum.
        Assert.Equal(before + 0.1 * factor * 0.5 * 1.9 * (1 - probability), head.bias![0].item<float>(), 1e-5);
    }

    [Fact]
    public void Layers_that_learn_later_are_frozen_until_then()
    {
        using var scope = NewDisposeScope();
        Linear first = nn.Linear(4, 3), head = nn.Linear(3, 2);
        Sequential network = nn.Sequential(("first", first), ("head", head));
        var model = new TrainableModel(network, head, epoch => epoch < 3 ? [first] : []);
        Assert.Equal(2, model.Backbone.Count);
        model.BeginEpoch(epoch: 2);
        Assert.Equal((false, false), (first.weight!.requires_grad, first.training));
        model.BeginEpoch(epoch: 3);
        Assert.Equal((true, true), (first.weight!.requires_grad, first.training));
    }

    private static (TrainableModel Model, Linear Head) Model()
    {
        manual_seed(1);
        Linear head = nn.Linear(3, 2);
        return (new TrainableModel(nn.Sequential(("first", nn.Linear(4, 3)), ("head", head)), head, []), head);
    }
}
