using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Tests.Imaging.Transforms;

public class PolicyTests
{
    [Fact]
    public void Auto_augment_has_25_pairs_for_each_data_set() =>
        Assert.Equal([25, 25, 25], new[] { AutoAugmentPair.ImageNet, AutoAugmentPair.Cifar10, AutoAugmentPair.Svhn }
            .Select(pairs => pairs.Count));

    [Theory]
    [InlineData(AutoAugmentPolicy.ImageNet)]
    [InlineData(AutoAugmentPolicy.Cifar10)]
    [InlineData(AutoAugmentPolicy.Svhn)]
    public void Auto_augment_chooses_pairs_signs_and_whether_as_its_table_says(AutoAugmentPolicy policy)
    {
        IReadOnlyList<AutoAugmentPair> pairs =
            policy switch
            {
                AutoAugmentPolicy.ImageNet => AutoAugmentPair.ImageNet,
                AutoAugmentPolicy.Cifar10 => AutoAugmentPair.Cifar10,
                _ => AutoAugmentPair.Svhn
            };
        // What is to be expected of each result: every pair is equally likely, and what it does depends on two probabilities and two signs.
        var expected = new Dictionary<string, double>();
        AutoAugment augment = new(policy);
        for (int pair = 0; pair < 25; pair++)
        {
            foreach (bool first in (bool[])[false, true])
            {
                foreach (bool second in (bool[])[false, true])
                {
                    double share = (first ? pairs[pair].First.Probability : 1 - pairs[pair].First.Probability) * (
                        second ? pairs[pair].Second.Probability : 1 - pairs[pair].Second.Probability);
                    for (int signs = 0; signs < 4; signs++)
                    {
                        string key = Key(Changed(buffer =>
                            augment.Run(buffer, pair, first ? signs % 2 == 1 : null, second ? signs > 1 : null)));
                        expected[key] = expected.GetValueOrDefault(key) + share / 100;
                    }
                }
            }
        }

        const int Images = 20_000;
        var seen = Enumerable.Range(0, Images).Select(index => Key(Applied(augment, index))).CountBy(key => key).ToDictionary();

        Assert.Equal(1, expected.Values.Sum(), 9);
        Assert.Empty(seen.Keys.Except(expected.Keys));
        // Five standard deviations of the binomial distribution, and one for those that are hardly ever seen.
        Assert.All(expected, one => Assert
            .InRange(seen.GetValueOrDefault(one.Key) - Images * one.Value, -5 * Math.Sqrt(Images * one.Value) - 1,
            5 * Math.Sqrt(Images * one.Value) + 1));
    }

    [Fact]
    public void Rand_augment_chooses_each_operation_equally_often()
    {
        RandAugment augment = new(operationCount: 1, magnitude: 9);
        var expected = new Dictionary<string, double>();
        foreach (AugmentationRange range in AugmentationSpaces.RandAugment)
        {
            foreach (bool negative in (bool[])[false, true])
            {
                string key = Key(Changed(buffer => augment.Run(buffer, range, 9, 31, negative)));
                expected[key] = expected.GetValueOrDefault(key) + 0.5 / 14;
            }
        }

        var seen = Enumerable.Range(0, 7000).Select(index => Key(Applied(augment, index))).CountBy(key => key).ToDictionary();

        Assert.Empty(seen.Keys.Except(expected.Keys));
        Assert.All(expected, one => Assert
            .InRange(seen[one.Key], 7000 * one.Value - 5 * Math.Sqrt(7000 * one.Value),
            7000 * one.Value + 5 * Math.Sqrt(7000 * one.Value)));
    }

    [Fact]
    public void Trivial_augment_wide_uses_all_strengths()
    {
        // One operation of 14, 31 strengths, two signs: of rotations alone 61 different ones, which all occur.
        TrivialAugmentWide augment = new();
        AugmentationRange rotate = AugmentationSpaces.TrivialAugmentWide.Single(range => range.Op == AugmentationOp.Rotate);
        string[] rotated = [.. Enumerable.Range(0, 62)
            .Select(i => Key(Changed(buffer => augment.Run(buffer, rotate, i / 2, 31, i % 2 == 1)))).Distinct()];
        string[] seen = [.. Enumerable.Range(0, 10_000).Select(index => Key(Applied(augment, index))).Distinct()];

        Assert.Equal(61, rotated.Length);
        Assert.Empty(rotated.Except(seen));
    }

    [Fact]
    public void Aug_mix_of_one_color_stays_that_color_where_nothing_moves()
    {
        // Only geometry beside autocontrast and equalize, which leave a single color alone, and strength 0: shears, shifts and turns by
        // nothing.
        AugMix mix = new(severity: 1, allOperations: false);
        Image color = Fixture.Drawn(9, 9, (_, _) => (64, 128, 192));
        // Posterizing to 4 bits leaves multiples of 16; fractions are cut off.
        for (int index = 0; index < 200; index++)
            Assert.All(Applied(mix, index, color).Pixels.Zip(color.Pixels), pixel => Assert.InRange(pixel.First - pixel.Second, -1, 0));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(1)]
    [InlineData(5)]
    public void Shares_add_up_to_1_and_vary_as_the_concentration_says(double alpha)
    {
        double sum = 0, squares = 0;
        float[] shares = new float[3];
        for (int index = 0; index < 20_000; index++)
        {
            ImageRandom random = new(1, 2, index);
            AugMix.SampleDirichlet(alpha, shares, ref random);
            Assert.Equal(1, shares[0] + shares[1] + shares[2], 1e-5);
            sum += shares[0];
            squares += shares[0] * shares[0];
        }

        double mean = sum / 20_000, variance = squares / 20_000 - mean * mean;
        Assert.Equal(1.0 / 3, mean, 0.012);
        // Of a Dirichlet distribution with three equal concentrations: 1/3 × 2/3 / (3 alpha + 1).
        Assert.InRange(variance / (2.0 / 9 / (3 * alpha + 1)), 0.95, 1.05);
    }

    private static Image Drawn { get; } = Fixture.Drawn(24, 24, (x, y) => (x * 9 + y, 255 - y * 8, 20 + (x * x + y * 5) % 200));

    private static string Key(Image image) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(image.Pixels));

    private static Image Changed(Action<ImageBuffer> change) => new TransformCase("", "", change).Ours(Drawn);

    private static Image Applied(ImageTransform transform, int index, Image? image = null)
    {
        ImageRandom random = new(7, 1, index);
        return transform.Apply(image ?? Drawn, ref random);
    }
}
