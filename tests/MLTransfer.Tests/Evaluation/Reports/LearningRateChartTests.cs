using System.Xml.Linq;

namespace MLTransfer.Tests.Evaluation.Reports;

public class LearningRateChartTests
{
    [Fact]
    public void A_plot_is_an_svg_file_with_a_point_for_each_step_and_the_suggested_rates()
    {
        var curve = new LearningRateCurve(
            [.. Enumerable.Range(0, 30).Select(step => new LearningRatePoint(1e-7 * Math.Pow(2, step), Math.Abs(20 - step)))]);
        XElement plot = XElement.Parse(curve.ToSvg());
        Assert.Equal("svg", plot.Name.LocalName);
        Assert.Equal(30, Line(plot).Split(' ').Length);
        Assert.Contains("valley: ", plot.Value, StringComparison.Ordinal);
        Assert.Contains("steepest: ", plot.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plot_of_no_steps_has_axes_and_no_suggestion()
    {
        XElement plot = XElement.Parse(new LearningRateCurve([]).ToSvg());
        Assert.Equal("", Line(plot));
        Assert.Contains("learning rate", plot.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("valley", plot.Value, StringComparison.Ordinal);
    }

    private static string Line(XElement plot) =>
        plot.Descendants().Single(part => part.Name.LocalName == "polyline").Attribute("points")!.Value;
}
