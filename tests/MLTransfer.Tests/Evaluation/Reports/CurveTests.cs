using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Tests.Evaluation.Reports;

public class CurveTests
{
    [Fact]
    public void A_curve_goes_through_its_points()
    {
        // Epochs 1, 2, 3 lie at 60, 300, 540. The axis ends at 2, so that a loss of 1 is half way up from 260 to 40.
        var curve = new Curve("training", "blue", [2, 1, 0.5]);
        Assert.Equal("M60,40 L300,150 L540,205", curve.Path(Axis.OfEpochs(3, 60, 540), Axis.OfLosses(curve.Values, 260, 40)));
        Assert.Empty(curve.Alone(Axis.OfEpochs(3, 60, 540), Axis.OfLosses(curve.Values, 260, 40)));
    }

    [Fact]
    public void A_curve_breaks_where_a_value_is_not_a_number_and_shows_a_lonely_one_as_a_dot()
    {
        var curve = new Curve("training", "blue", [2, double.NaN, 1, 0.5, double.PositiveInfinity]);
        var (across, up) = (Axis.OfEpochs(5, 60, 540), Axis.OfLosses(curve.Values, 260, 40));
        Assert.Equal("M60,40 M300,150 L420,205", curve.Path(across, up));
        Assert.Equal([(60, 40)], curve.Alone(across, up));
    }

    [Fact]
    public void A_single_epoch_is_a_dot_in_the_middle()
    {
        var (curve, across) = (new Curve("training", "blue", [0.25]), Axis.OfEpochs(1, 60, 540));
        Assert.Equal([(300, 205)], curve.Alone(across, Axis.OfShares(260, 40)));
        Assert.Equal([1], across.Ticks);
    }

    [Fact]
    public void A_curve_of_no_number_is_empty()
    {
        Assert.True(new Curve("validation", "blue", [double.NaN, double.NaN]).IsEmpty);
        Assert.False(new Curve("validation", "blue", [double.NaN, 0]).IsEmpty);
    }
}
