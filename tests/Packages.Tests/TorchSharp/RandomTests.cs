using TorchSharp;
using static TorchSharp.torch;

namespace Packages.Tests.TorchSharpTests;

[Collection(LoneTests.Name)]
public sealed class RandomTests
{
    [Fact]
    public void The_same_seed_gives_the_same_numbers_and_weights()
    {
        using var scope = NewDisposeScope();
        Assert.True(Numbers(seed: 3).Equals(Numbers(seed: 3)));
        Assert.False(Numbers(seed: 3).Equals(Numbers(seed: 4)));

        static Tensor Numbers(long seed)
        {
            manual_seed(seed);
            using var layer = nn.Linear(4, 4);
            return cat(new[] { layer.weight.flatten(), rand(5), randn(5), randperm(5).@float(), randint(9, new long[] { 5 }).@float() });
        }
    }

    [Fact]
    public void A_generator_of_its_own_leaves_the_default_one_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var expected = rand(3);
        manual_seed(1);
        using var generator = new Generator(5);
        var own = rand(3, generator: generator);
        Assert.True(rand(3).Equals(expected));
        generator.manual_seed(5);
        Assert.True(rand(3, generator: generator).Equals(own));
    }

    [Fact]
    public void The_state_of_the_generator_can_be_restored()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var state = random.get_rng_state();
        var first = rand(3);
        random.set_rng_state(state);
        Assert.True(rand(3).Equals(first));
        Assert.Equal(1, random.initial_seed());
    }

    [Fact]
    public void The_number_of_threads_can_be_set()
    {
        var before = get_num_threads();
        set_num_threads(1);
        Assert.Equal(1, get_num_threads());
        set_num_threads(before);
    }
}
