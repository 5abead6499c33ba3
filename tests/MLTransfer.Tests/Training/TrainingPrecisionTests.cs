using MLTransfer.Models;
using MLTransfer.Tests.Reference;
using MLTransfer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Training;

public class TrainingPrecisionTests
{
    [Theory]
    [InlineData(1, 0.5, ScalarType.BFloat16)]
    [InlineData(1, 0.99, ScalarType.Float32)]
    [InlineData(1, 2, ScalarType.Float32)]
    public void The_faster_format_is_chosen_and_float32_where_the_difference_may_be_chance(
        double single, double half, ScalarType expected) => Assert.Equal(expected, Chosen(null, single, half));

    [Fact]
    public void A_choice_is_kept_for_its_network_and_measured_again_for_another()
    {
        using var folder = new TemporaryFolder();
        string record = folder.PathOf("below/measured.txt");
        Assert.Equal(ScalarType.BFloat16, Chosen(record, 1, 0.5));
        Assert.Equal(ScalarType.BFloat16,
            new TrainingPrecision(new(record), _ => throw new InvalidOperationException()).Faster("a network"));
        Assert.Equal(ScalarType.Float32, Chosen(record, 1, 1, "another network"));
        Assert.Equal(2, File.ReadLines(record).Count());
    }

    [Theory]
    [InlineData("")]
    [InlineData("no line of ours\0\n\n")]
    public void A_record_of_something_else_is_measured_again(string content)
    {
        using var folder = new TemporaryFolder();
        string record = folder.PathOf("measured.txt");
        File.WriteAllText(record, content);
        Assert.Equal(ScalarType.BFloat16, Chosen(record, 1, 0.5));
    }

    [Fact]
    public void A_record_that_cannot_be_kept_does_no_harm()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.PathOf("measured.txt"));
        Assert.Equal(ScalarType.BFloat16, Chosen(folder.PathOf("measured.txt"), 1, 0.5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_measurement_leaves_the_network_and_the_random_numbers_as_they_were(bool outputsAreKept)
    {
        using var scope = NewDisposeScope();
        RandomState.Seed(1);
        ImageModel network = ModelZoo.Find("cifar_resnet20").Build(classes: 3);
        Tensor[] before = [.. network.state_dict().Values.Select(value => value.clone())];
        using Tensor random = torch.random.get_rng_state();
        var trainable = new TrainableModel(network, network.Head, network.Groups[0].Modules);
        Assert.True(TrainingPrecision.Seconds(network, trainable, imageSize: 32, outputsAreKept) > 0);
        Assert.All(network.state_dict().Values.Zip(before), pair => Assert.True(pair.First.equal(pair.Second).all().item<bool>()));
        Assert.All(network.parameters(), parameter => Assert.Null(parameter.grad));
        using Tensor after = torch.random.get_rng_state();
        Assert.True(random.equal(after).all().item<bool>());
    }

    private static ScalarType Chosen(string? record, double single, double half, string network = "a network") =>
        new TrainingPrecision(new(record), type => type == ScalarType.BFloat16 ? half : single).Faster(network);
}
