using MLTransfer.Models;
using MLTransfer.Tests.Models;
using MLTransfer.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class FreezingTests
{
    [Theory]
    [InlineData("none", 1, 1, "")]
    [InlineData("every:2", 1, 2, "layer1 layer2 layer3")]
    [InlineData("every:2", 3, 4, "layer1 layer2")]
    [InlineData("every:2", 9, 99_999, "")]
    [InlineData("layer3@2,layer1@5", 1, 1, "layer1 layer2 layer3")]
    [InlineData("layer3@2,layer1@5", 2, 4, "layer1 layer2")]
    [InlineData("layer3@2,layer1@5", 5, 99_999, "")]
    public void Layers_are_unfrozen_in_the_order_asked_for(string order, int first, int last, string frozen)
    {
        using var scope = NewDisposeScope();
        using var network = new Layered();
        Freezing freezing = FreezingPolicy.Before(network, Layers.All, auxiliaryHeadsLearn: false, Unfreezing.Parse(order));
        foreach (int epoch in new[] { first, last })
            Assert.Equal(frozen, string.Join(' ', freezing(epoch).Select(module => network.NameOf(module))));
    }

    [Fact]
    public void Layers_that_are_not_trained_are_never_unfrozen()
    {
        using var scope = NewDisposeScope();
        using var network = new Layered();
        Freezing freezing = FreezingPolicy.Before(network, Layers.From("layer2"), auxiliaryHeadsLearn: false, Unfreezing.Every(1));
        Assert.Equal("layer1", network.NameOf(Assert.Single(freezing(99))));
    }

    [Fact]
    public void With_the_head_alone_every_layer_is_frozen()
    {
        using var scope = NewDisposeScope();
        using var network = new Layered();
        Freezing freezing = FreezingPolicy.Before(network, Layers.Head, auxiliaryHeadsLearn: false);
        Assert.Equal("layer1 layer2 layer3", string.Join(' ', freezing(99).Select(module => network.NameOf(module))));
    }

    [Fact]
    public void A_layer_that_is_not_there_is_an_error_before_training()
    {
        using var scope = NewDisposeScope();
        using var network = new Layered();
        Assert.Contains("There is no layer 'layer9'", Assert.Throws<ArgumentException>(
            () => FreezingPolicy.Before(network, Layers.All, false, Unfreezing.At(("layer9", 4)))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("every:0")]
    [InlineData("every:x")]
    [InlineData("layer4")]
    [InlineData("layer4@0")]
    [InlineData("@2")]
    [InlineData("")]
    public void A_wrong_order_is_refused(string order) => Assert.Throws<FormatException>(() => Unfreezing.Parse(order));

    [Fact]
    public void A_step_that_could_not_be_written_as_a_word_is_refused() => Assert.All(
        [("", 1), ("layer4", 0), ("layer4", 100_000), ("layer4@2", 1), ("layer4,layer1", 1)],
        ((string, int) step) => Assert.Throws<ArgumentException>(() => Unfreezing.At(step)));

    [Fact]
    public void An_order_is_one_word_and_equal_to_itself()
    {
        Assert.Equal("layer4@2,layer1@5", Unfreezing.At(("layer4", 2), ("layer1", 5)).ToString());
        Assert.Equal(Unfreezing.Parse("layer4@2,layer1@5"), Unfreezing.At(("layer4", 2), ("layer1", 5)));
        Assert.Equal(Unfreezing.Every(3), Unfreezing.Parse($"{Unfreezing.Every(3)}"));
        Assert.Equal(Unfreezing.None, Unfreezing.Parse("none"));
    }

    [Fact]
    public void Batch_norms_may_keep_their_statistics_and_still_learn()
    {
        using var scope = NewDisposeScope();
        BatchNorm1d norm = nn.BatchNorm1d(3);
        Linear head = nn.Linear(3, 2);
        Sequential network = nn.Sequential(("norm", norm), ("head", head));
        var model = new TrainableModel(network, head, [], keepsStatistics: true);
        model.BeginEpoch();
        model.Forward(randn(8, 3) + 3f)[0].sum().backward();
        Assert.Equal(0, norm.running_mean!.abs().max().item<float>());
        Assert.NotNull(norm.weight!.grad);
        Assert.True(head.training);
    }

    // The frozen layers run packed, which only reorders sums. Statistics of small batches would enlarge the differences.
    [Fact]
    public void Frozen_layers_give_the_trained_ones_the_same_gradients_whatever_way_they_are_computed()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using ImageModel network = ModelZoo.Find("cifar_resnet20").Build(3);
        RandomWeights.Fill(network);
        var model = new TrainableModel(
            network, network.Head,
            FreezingPolicy.Before(network, Layers.From("layer2"), false, Unfreezing.At(("layer3", 1), ("layer2", 3))),
            keepsStatistics: true);
        Tensor images = randn(4, 3, 32, 32), others = randn(2, 3, 40, 40);
        for (int epoch = 1; epoch <= 4; epoch++)
        {
            model.BeginEpoch(epoch);
            Dictionary<string, Tensor> packed = Gradients(() => model.Forward(images)[0]), plain = Gradients(() => network.call(images));
            Assert.Equal(plain.Keys, packed.Keys);
            Assert.Equal(epoch >= 3, packed.Keys.Any(name => name.StartsWith("layer2", StringComparison.Ordinal)));
            Assert.DoesNotContain(packed.Keys, name => name.StartsWith("layer1", StringComparison.Ordinal));
            Assert.All(packed, item => Assert.InRange(Zoo.RelativeDifference(item.Value, plain[item.Key]), 0, 1e-4));
            Assert.InRange(Zoo.RelativeDifference(model.Forward(others)[0], network.call(others)), 0, 1e-4);
        }

        model.Finish();

        Dictionary<string, Tensor> Gradients(Func<Tensor> forward)
        {
            foreach (var parameter in network.parameters()) parameter.grad = null;
            forward().square().sum().backward();
            return network.named_parameters().Where(item => item.parameter.grad is not null)
                .ToDictionary(item => item.name, item => item.parameter.grad!.clone());
        }
    }

    /// <summary>Three linear layers and a head.</summary>
    private sealed class Layered : ImageModel
    {
        private readonly Linear[] _layers = [nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)];

        public Layered() : base("layered", "fc", featureWidth: 4)
        {
            for (int index = 0; index < 3; index++) register_module($"layer{index + 1}", _layers[index]);
            ResetClassifier(2);
        }

        public override IReadOnlyList<LayerGroup> Groups =>
            [.. _layers.Select((layer, index) => new LayerGroup($"layer{index + 1}", layer))];

        public string NameOf(nn.Module module) => $"layer{Array.IndexOf(_layers, module) + 1}";
    }
}
