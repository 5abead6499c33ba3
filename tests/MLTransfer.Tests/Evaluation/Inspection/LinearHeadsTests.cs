using MLTransfer.Evaluation.Inspection;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class LinearHeadsTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.01)]
    public void A_head_of_one_feature_is_the_minimum_that_can_be_calculated(double penalty)
    {
        // Of features -1 and 1 the weights are -u and u for either class: log(1 + exp(-2u)) + penalty · u² is least where
        // penalty · u = 1 / (1 + exp(2u)).
        (double low, double high) = (0, 100);
        for (int step = 0; step < 100; step++)
        {
            double u = (low + high) / 2;
            if (penalty * u < 1 / (1 + Math.Exp(2 * u))) low = u;
            else high = u;
        }

        using var scope = NewDisposeScope();
        using var heads = new LinearHeads(tensor(new float[] { -3, 5, -3, 5 }, [4, 1]), [0, 1, 0, 1], 2, (_, _) => { });
        float[] probabilities = heads.Probabilities([new([0, 1, 2, 3], [1], penalty)], default)[0];
        Assert.Equal(1 / (1 + Math.Exp(-2 * low)), probabilities[1], 2e-3);
        Assert.Equal(1, probabilities.Sum(), 1e-5);
    }

    [Fact]
    public void Heads_that_are_trained_together_are_those_that_are_trained_alone()
    {
        using var scope = NewDisposeScope();
        (Tensor features, int[] labels) = Clouds.Draw(classes: 3, perClass: 20, width: 5, distance: 2, seed: 1);
        HeadRows[] rows =
        [
            new([.. Enumerable.Range(0, 40)], [40, 59], 1e-3), new([.. Enumerable.Range(10, 50)], [0, 1, 2], 1e-2),
        ];
        using var heads = new LinearHeads(features, labels, 3, (_, _) => { });
        var together = heads.Probabilities(rows, default);
        var alone = rows.Select(row => heads.Probabilities([row], default)[0]).ToArray();
        Assert.Equal([6, 9], together.Select(result => result.Length));
        Assert.All(together.SelectMany(result => result).Zip(alone.SelectMany(result => result)),
            pair => Assert.Equal(pair.First, pair.Second, 2e-3f));
    }

    [Fact]
    public void A_feature_that_never_varies_does_no_harm()
    {
        using var scope = NewDisposeScope();
        using var heads = new LinearHeads(
            tensor(new float[] { -1, 7, 1, 7, -1, 7, 1, 7 }, [4, 2]), [0, 1, 0, 1], 2, (_, _) => { });
        float[] probabilities = heads.Probabilities([new([0, 1, 2, 3], [0, 1], 1e-3)], default)[0];
        Assert.True(probabilities[0] > 0.9 && probabilities[3] > 0.9);
    }

    [Fact]
    public void Training_stops_when_it_is_canceled()
    {
        using var scope = NewDisposeScope();
        using var heads = new LinearHeads(tensor(new float[] { -1, 1 }, [2, 1]), [0, 1], 2, (_, _) => { });
        Assert.Throws<OperationCanceledException>(() =>
            heads.Probabilities([new([0, 1], [0], 1e-3)], new CancellationToken(canceled: true)));
    }
}

/// <summary>Features of classes that lie around centers of their own.</summary>
internal static class Clouds
{
    /// <summary>Features (classes · images, width), class by class, and the class of each row.</summary>
    public static (Tensor Features, int[] Labels) Draw(int classes, int perClass, int width, double distance, int seed)
    {
        var random = new Random(seed);
        float[] values = new float[classes * perClass * width];
        for (int at = 0; at < values.Length; at++)
        {
            int label = at / width / perClass;
            values[at] = (float)(Normal(random) + (at % width == label ? distance : 0));
        }

        return (tensor(values, [classes * perClass, width]), [.. Enumerable.Range(0, classes * perClass).Select(row => row / perClass)]);
    }

    // Box and Muller's transform.
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
