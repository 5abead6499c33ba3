using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.PublicApi.Tests;

/// <summary>What is registered leaves the random numbers of the next training as they were.</summary>
[Collection(nameof(RunAlone))]
public class RegistrationTests
{
    [Fact]
    public void Registering_a_backbone_builds_it_once_and_leaves_the_random_numbers_of_torch_as_they_were()
    {
        int built = 0;
        var backbone = new Backbone("own-counted", "TinyNet", 64, Preprocessing.Cifar, () =>
        {
            built++;
            return new TinyNet();
        });
        using var scope = NewDisposeScope();
        Tensor before = random.get_rng_state();
        ModelZoo.Register(backbone);
        Assert.Equal(before, random.get_rng_state());
        Assert.Equal(1, built);
        using var network = new TinyNet();
        Assert.Equal(network.parameters().Sum(parameter => parameter.numel()), backbone.Parameters);
        Assert.Equal(1, built);
    }

    [Fact]
    public void Registering_a_head_leaves_the_random_numbers_of_torch_as_they_were()
    {
        using var scope = NewDisposeScope();
        Tensor before = random.get_rng_state();
        ClassifierHead.Register("own-undrawn", (features, classes) => nn.Linear(features, classes));
        Assert.Equal(before, random.get_rng_state());
    }
}
