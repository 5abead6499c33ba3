using MLTransfer.Imaging;
using MLTransfer.Models;
using MLTransfer.Tests.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Models.Packing;

/// <summary>A frozen network packs its weights, for whatever number and size of images.</summary>
public sealed class PackedNetworkTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ImageModel _model;

    public PackedNetworkTests()
    {
        manual_seed(2);
        _model = ModelZoo.Find("cifar_resnet20").Build(classes: 4);
        RandomWeights.Fill(_model);
        _model.eval();
    }

    public void Dispose()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void It_gives_what_the_network_gives_for_one_image_for_many_and_for_another_size()
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        foreach ((long count, long side) in ((long, long)[])[(5, 32), (1, 32), (40, 32), (2, 48), (1, 48), (3, 32)])
        {
            Tensor images = randn(count, 3, side, side);
            AssertSame(Of(() => _model.call(images)), frozen.Logits(images));
            AssertSame(Of(() => _model.Features(images)), frozen.Features(images));
        }
    }

    [Fact]
    public void Images_that_are_not_square_and_features_of_a_layer_are_computed_without_packing()
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        Tensor wide = randn(2, 3, 32, 48), square = randn(2, 3, 32, 32);
        AssertSame(Of(() => _model.call(wide)), frozen.Logits(wide));
        var layer = new FeatureOutput("layer2", IsPooled: true);
        AssertSame(Of(() => _model.Output(square, layer)), frozen.Features(square, layer));
    }

    [Fact]
    public void Many_threads_get_the_same_results()
    {
        using var frozen = new FrozenModel(_model, ScalarType.Float32);
        Tensor images = randn(6, 3, 32, 32);
        float[][] expected = [.. Enumerable.Range(0, 6).Select(index => Values(frozen, images[index..(index + 1)]))];
        Parallel.For(0, 60, index => Assert.Equal(expected[index % 6], Values(frozen, images[(index % 6)..(index % 6 + 1)])));

        static float[] Values(FrozenModel frozen, Tensor image)
        {
            using Tensor logits = frozen.Logits(image);
            return logits.data<float>().ToArray();
        }
    }

    [Fact]
    public void It_leaves_no_tensor_behind_and_the_weights_as_they_were()
    {
        Tensor[] weights = [.. _model.state_dict().Values.Select(value => value.clone())];
        Tensor images = randn(2, 3, 32, 32);
        long before = LiveTensors.OnThisThread;
        for (int round = 0; round < 3; round++)
        {
            using var frozen = new FrozenModel(_model, ScalarType.Float32);
            frozen.Logits(images).Dispose();
        }

        Assert.Equal(before, LiveTensors.OnThisThread);
        Assert.All(_model.state_dict().Values.Zip(weights), pair => Assert.True(pair.First.Equals(pair.Second)));
    }

    [Fact]
    public void A_network_whose_form_for_export_fails_is_called_as_it_is()
    {
        using var network = new Doubling(_ => throw new InvalidOperationException());
        network.ResetClassifier(4);
        network.eval();
        using var frozen = new FrozenModel(network, ScalarType.Float32);
        Tensor images = randn(2, 3, 8, 8);
        AssertSame(Of(() => network.call(images)), frozen.Logits(images));
    }

    [Fact]
    public void A_form_for_export_that_computes_something_else_is_refused_at_registration()
    {
        static Backbone Of(string name, Func<SymbolicTensor, SymbolicTensor> export) =>
            new(name, nameof(Doubling), 3, Preprocessing.Cifar, () => new Doubling(export));
        Of("doubling", images => images * 2).Verify();
        Assert.Contains("Its form for export, which predictions use, computes something else than the network.",
            Assert.Throws<InvalidOperationException>(() => Of("tripling", images => images * 3).Verify()).Message,
            StringComparison.Ordinal);
    }

    private static Tensor Of(Func<Tensor> compute)
    {
        using var untracked = no_grad();
        return compute();
    }

    private static void AssertSame(Tensor expected, Tensor actual) =>
        Assert.InRange(Zoo.RelativeDifference(actual, expected), 0, Tolerance);

    /// <summary>Twice the mean of each color.</summary>
    private sealed class Doubling(Func<SymbolicTensor, SymbolicTensor> export) : ImageModel(nameof(Doubling), "fc", featureWidth: 3)
    {
        public override IReadOnlyList<LayerGroup> Groups { get; } = [new LayerGroup("double", [], images => images * 2, export)];
    }
}
