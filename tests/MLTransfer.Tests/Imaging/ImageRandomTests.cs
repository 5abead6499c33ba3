using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging;

public class ImageRandomTests
{
    private const int Draws = 40_000;

    private delegate double Draw(ref ImageRandom random);

    [Fact]
    public void Normal_numbers_have_mean_0_and_variance_1()
    {
        (double mean, double variance) = Moments((ref ImageRandom random) => random.Normal());

        // Five standard errors: 5/√n for the mean, 5·√(2/n) for the variance.
        Assert.InRange(mean, -0.025, 0.025);
        Assert.InRange(variance, 0.965, 1.035);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(7.5)]
    public void Gamma_numbers_have_their_shape_as_mean_and_as_variance(double shape)
    {
        (double mean, double variance) = Moments((ref ImageRandom random) => random.Gamma(shape));

        Assert.InRange(mean, shape - 5 * Math.Sqrt(shape / Draws), shape + 5 * Math.Sqrt(shape / Draws));
        // The variance's own variance is (2 shape² + 6 shape) / n.
        double error = 5 * Math.Sqrt((2 * shape * shape + 6 * shape) / Draws);
        Assert.InRange(variance, shape - error, shape + error);
    }

    [Theory]
    [InlineData(0.2, 0.2)]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(1e-9, 1e-9)]
    public void Beta_numbers_lie_between_0_and_1_with_the_mean_and_variance_of_their_parameters(double a, double b)
    {
        (double mean, double variance) = Moments((ref ImageRandom random) =>
        {
            double drawn = random.Beta(a, b);
            Assert.InRange(drawn, 0, 1);
            return drawn;
        });

        double sum = a + b, expected = a * b / (sum * sum * (sum + 1));
        Assert.InRange(mean, a / sum - 0.0125, a / sum + 0.0125);
        Assert.InRange(variance, expected * 0.95, expected * 1.05);
    }

    private static (double Mean, double Variance) Moments(Draw draw)
    {
        double[] drawn = new double[Draws];
        for (int index = 0; index < Draws; index++)
        {
            ImageRandom random = new(1, 2, index);
            drawn[index] = draw(ref random);
        }
        double mean = drawn.Average();
        return (mean, drawn.Average(value => (value - mean) * (value - mean)));
    }
}
