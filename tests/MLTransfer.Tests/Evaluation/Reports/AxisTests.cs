using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Tests.Evaluation.Reports;

public class AxisTests
{
    [Theory]
    [InlineData(1, 5, 0.2)]
    [InlineData(2, 5, 0.5)]
    [InlineData(0.3, 3, 0.1)]
    [InlineData(9, 10, 1)]
    [InlineData(202, 10, 50)]
    // 12 digits: powers of ten are rounded
    public void Steps_are_round(double span, int most, double step) => Assert.Equal(step, RoundNumbers.Step(span, most), 12);

    [Fact]
    public void Few_epochs_are_all_numbered() => Assert.Equal([1, 2, 3, 4], Axis.OfEpochs(4, 0, 100).Ticks);

    [Fact]
    public void Of_many_epochs_the_round_ones_are_numbered() => Assert.Equal([50, 100, 150, 200], Axis.OfEpochs(203, 0, 100).Ticks);

    [Fact]
    public void Losses_start_at_zero_and_end_at_a_round_number()
    {
        var axis = Axis.OfLosses([0.91, 2.3, double.NaN, double.PositiveInfinity], 260, 40);
        Assert.Equal(["0", "0.5", "1", "1.5", "2", "2.5"], axis.Ticks.Select(axis.Written));
        Assert.Equal(260, axis.Place(0));
        Assert.Equal(40, axis.Place(2.5));
    }

    [Fact]
    public void Losses_that_are_not_known_have_an_axis_to_one() => Assert.Equal(1, Axis.OfLosses([double.NaN], 260, 40).Maximum);

    [Fact]
    public void Tiny_losses_are_told_apart() =>
        Assert.Equal(["0", "2E-08", "4E-08"], Numbers(Axis.OfLosses([4e-8], 260, 40)).Where((_, index) => index % 2 == 0));

    [Fact]
    public void Accuracies_are_percents() =>
        Assert.Equal(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"], Numbers(Axis.OfShares(260, 40)));

    private static IEnumerable<string> Numbers(Axis axis) => axis.Ticks.Select(axis.Written);
}
