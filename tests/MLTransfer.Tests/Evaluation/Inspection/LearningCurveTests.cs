using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Tests.Evaluation.Inspection;

public class LearningCurveTests
{
    [Theory]
    [InlineData(0.1, 2, 0.5)]
    [InlineData(0, 0.9, 0.25)]
    [InlineData(0.2, 0, 1)]
    public void Points_of_a_power_law_are_continued_by_it(double floor, double scale, double exponent)
    {
        var curve = Curve(images => 1 - floor - scale * Math.Pow(images, -exponent), 100, 200, 400, 700, 1000);
        Assert.Equal(1 - floor - scale * Math.Pow(5000, -exponent), curve.EstimatedAccuracy(5000), 1e-3);
    }

    [Fact]
    public void More_images_never_make_the_estimate_worse_even_where_the_points_fall()
    {
        var curve = Curve(images => 0.9 - images / 10_000.0, 100, 200, 400);
        Assert.Equal(curve.EstimatedAccuracy(100), curve.EstimatedAccuracy(10_000), 1e-9);
    }

    [Fact]
    public void Two_points_are_too_few_to_estimate_from() =>
        Assert.Equal(double.NaN, Curve(_ => 0.9, 100, 200).EstimatedAccuracy(400));

    [Fact]
    public void A_number_of_images_below_one_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Curve(_ => 0.9, 1, 2, 3).EstimatedAccuracy(0));

    [Fact]
    public void The_chart_says_what_twice_as_many_images_would_give()
    {
        string chart = LearningCurveChart.Render(Curve(images => 1 - 2 * Math.Pow(images, -0.5), 100, 200, 400), 500).Source;
        Assert.Contains("with twice as many: 93.7 %", chart, StringComparison.Ordinal);
        Assert.Equal(3, chart.Split("<circle").Length - 1);
        Assert.Contains("<polyline", chart, StringComparison.Ordinal);
    }

    private static LearningCurve Curve(Func<int, double> accuracy, params int[] images) =>
        new([.. images.Select(count => new LearningCurvePoint(count, accuracy(count), 0))]);
}
