using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Tests.Evaluation.Reports;

public class LineChartTests
{
    [Theory]
    [InlineData(1, 5, 0.2)]
    [InlineData(2, 5, 0.5)]
    [InlineData(0.3, 3, 0.1)]
    [InlineData(9, 10, 1)]
    [InlineData(202, 10, 50)]
    // 12 digits: powers of ten are rounded
    public void Steps_are_round(double span, int most, double step) => Assert.Equal(step, Axis.RoundStep(span, most), 12);

    [Fact]
    public void Few_epochs_are_all_numbered() => Assert.Equal([1, 2, 3, 4], Axis.ForEpochs(4, 0, 100).Ticks);

    [Fact]
    public void Of_many_epochs_the_round_ones_are_numbered() => Assert.Equal([50, 100, 150, 200], Axis.ForEpochs(203, 0, 100).Ticks);

    [Fact]
    public void Losses_start_at_zero_and_end_at_a_round_number()
    {
        var axis = Axis.ForLosses([0.91, 2.3, double.NaN, double.PositiveInfinity], 260, 40);
        Assert.Equal(["0", "0.5", "1", "1.5", "2", "2.5"], axis.Ticks.Select(axis.Label));
        Assert.Equal(260, axis.Position(0));
        Assert.Equal(40, axis.Position(2.5));
    }

    [Fact]
    public void Without_finite_losses_the_axis_ends_at_one() => Assert.Equal(1, Axis.ForLosses([double.NaN], 260, 40).Maximum);

    [Fact]
    public void Tiny_losses_have_different_labels() =>
        Assert.Equal(["0", "2E-08", "4E-08"], Labels(Axis.ForLosses([4e-8], 260, 40)).Where((_, index) => index % 2 == 0));

    [Fact]
    public void Accuracies_are_percents() =>
        Assert.Equal(["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"], Labels(Axis.ForFractions(260, 40)));

    [Fact]
    public void A_curve_goes_through_its_points()
    {
        // Epochs 1, 2, 3 are at 60, 300, 540. The axis ends at 2, so that a loss of 1 is halfway from 260 to 40.
        var curve = new Curve("training", "blue", [2, 1, 0.5]);
        Assert.Equal("M60,40 L300,150 L540,205", curve.Path(Axis.ForEpochs(3, 60, 540), Axis.ForLosses(curve.Values, 260, 40)));
        Assert.Empty(curve.IsolatedPoints(Axis.ForEpochs(3, 60, 540), Axis.ForLosses(curve.Values, 260, 40)));
    }

    [Fact]
    public void A_curve_breaks_where_a_value_is_not_a_number_and_shows_an_isolated_one_as_a_dot()
    {
        var curve = new Curve("training", "blue", [2, double.NaN, 1, 0.5, double.PositiveInfinity]);
        var (x, y) = (Axis.ForEpochs(5, 60, 540), Axis.ForLosses(curve.Values, 260, 40));
        Assert.Equal("M60,40 M300,150 L420,205", curve.Path(x, y));
        Assert.Equal([(60, 40)], curve.IsolatedPoints(x, y));
    }

    [Fact]
    public void A_single_epoch_is_a_dot_in_the_middle()
    {
        var (curve, x) = (new Curve("training", "blue", [0.25]), Axis.ForEpochs(1, 60, 540));
        Assert.Equal([(300, 205)], curve.IsolatedPoints(x, Axis.ForFractions(260, 40)));
        Assert.Equal([1], x.Ticks);
    }

    [Fact]
    public void A_curve_without_finite_values_is_empty()
    {
        Assert.True(new Curve("validation", "blue", [double.NaN, double.NaN]).IsEmpty);
        Assert.False(new Curve("validation", "blue", [double.NaN, 0]).IsEmpty);
    }

    private static IEnumerable<string> Labels(Axis axis) => axis.Ticks.Select(axis.Label);
}
