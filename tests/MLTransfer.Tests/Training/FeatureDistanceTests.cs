using MLTransfer.Training;
using MLTransfer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public sealed class FeatureDistanceTests : IDisposable
{
    private const int Width = 6, PerClass = 40;

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // The formula as it is in the paper, without any rearrangement, in double precision; what is stored is single.
    [Fact]
    public void The_distance_is_that_to_the_nearest_class_less_that_to_all()
    {
        (Tensor features, Tensor labels) = Drawn();
        using var distance = FeatureDistance.Fit([features], labels);
        Tensor exact = features.to(ScalarType.Float64), mean = exact.mean([0]);
        Tensor[] classes = [.. new[] { 0, 2, 5 }.Select(label => exact[labels.eq(label)])];
        Tensor within = Inverse(cat([.. classes.Select(own => own - own.mean([0]))])), whole = Inverse(exact - mean);
        Tensor strangers = randn(20, Width, generator: new Generator(2)) * 5;
        float[] found = distance.Of(strangers).data<float>().ToArray();
        for (int index = 0; index < found.Length; index++)
        {
            Tensor image = strangers[index].to(ScalarType.Float64);
            double nearest = classes.Min(own => Squared(image - own.mean([0]), within));
            Assert.Equal(nearest - Squared(image - mean, whole), found[index], 1e-3);
        }
    }

    [Fact]
    public void Images_of_the_classes_are_nearer_than_images_between_them()
    {
        (Tensor features, Tensor labels) = Drawn();
        using var distance = FeatureDistance.Fit([features], labels);
        Tensor between = (features[0] + features[PerClass]).unsqueeze(0) / 2;
        Assert.True(distance.Of(between).item<float>() > distance.Of(features).max().item<float>());
    }

    [Fact]
    public void Fewer_images_than_features_and_features_that_never_differ_still_have_distances()
    {
        Tensor features = cat([zeros(5, 50), randn(5, 50, generator: new Generator(3))], 1);
        using var distance = FeatureDistance.Fit([features], tensor([0L, 0, 1, 1, 1]));
        Assert.True(distance.Of(randn(3, 100, generator: new Generator(4))).isfinite().all().item<bool>());
        using var same = FeatureDistance.Fit([ones(4, 3)], tensor([0L, 0, 1, 1]));
        Assert.True(same.Of(ones(1, 3)).isfinite().all().item<bool>());
    }

    [Fact]
    public void Features_in_blocks_have_the_distances_of_features_together()
    {
        (Tensor features, Tensor labels) = Drawn();
        using FeatureDistance whole = FeatureDistance.Fit([features], labels), parts = FeatureDistance.Fit(features.split(50), labels);
        // The sums are in double precision, what is kept in single.
        Assert.All(
            whole.Of(features).data<float>().Zip(parts.Of(features).data<float>()), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void What_is_loaded_measures_as_what_was_saved()
    {
        (Tensor features, Tensor labels) = Drawn();
        using var distance = FeatureDistance.Fit([features], labels);
        using var loaded = FeatureDistance.Load(Saved(distance), Width, classes: 6);
        Assert.Equal(distance.Of(features).data<float>().ToArray(), loaded.Of(features).data<float>().ToArray());
    }

    [Theory]
    [InlineData("mean")]
    [InlineData("quadratic")]
    [InlineData("linear")]
    [InlineData("constant")]
    public void Tensors_that_are_missing_or_of_another_shape_or_no_numbers_are_refused(string name)
    {
        (Tensor features, Tensor labels) = Drawn();
        using var distance = FeatureDistance.Fit([features], labels);
        string key = FeatureDistance.Prefix + name;
        Dictionary<string, StoredTensor> stored = Saved(distance);
        StoredTensor whole = stored[key];
        stored[key] = whole with { Bytes = Enumerable.Repeat((byte)0xFF, whole.Bytes.Length).ToArray() };
        Assert.Contains(key, Refusal(), StringComparison.Ordinal);
        stored[key] = whole with { Shape = [1, .. whole.Shape] };
        Assert.Contains("rejection.", Refusal(), StringComparison.Ordinal);
        stored.Remove(key);
        Assert.Contains("rejection.", Refusal(), StringComparison.Ordinal);

        string Refusal() => Assert.Throws<InvalidDataException>(() => FeatureDistance.Load(stored, Width, classes: 6)).Message;
    }

    [Fact]
    public void More_classes_than_the_model_has_are_refused()
    {
        (Tensor features, Tensor labels) = Drawn();
        using var distance = FeatureDistance.Fit([features], labels);
        Assert.Throws<InvalidDataException>(() => FeatureDistance.Load(Saved(distance), Width, classes: 2));
    }

    private static Dictionary<string, StoredTensor> Saved(FeatureDistance distance) =>
        distance.Save().ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

    // Classes 0, 2 and 5 of 6: of the others, no image could be read.
    private static (Tensor Features, Tensor Labels) Drawn()
    {
        var chance = new Generator(1);
        Tensor[] classes = [.. Enumerable.Range(0, 3).Select(index =>
            randn(PerClass, Width, generator: chance) + 8 * nn.functional.one_hot(tensor((long)index), Width).to(ScalarType.Float32))];
        long[] labels = [.. new[] { 0L, 2, 5 }.SelectMany(label => Enumerable.Repeat(label, PerClass))];
        return (cat(classes), tensor(labels));
    }

    private static Tensor Inverse(Tensor centered)
    {
        Tensor covariance = centered.t().matmul(centered) / centered.shape[0];
        return linalg.inv(0.95 * covariance + 0.05 * covariance.diagonal().mean() * eye(Width, dtype: ScalarType.Float64));
    }

    private static double Squared(Tensor difference, Tensor inverse) => difference.dot(inverse.matmul(difference)).item<double>();
}
