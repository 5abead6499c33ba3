using System.Globalization;
using System.Xml.Linq;
using MLTransfer.Evaluation;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Evaluation.Reports;

public class ModelPageTests
{
    private const string Hostile = "<script>alert('1')</script>\" onload=\"x & \u0001";
    private static readonly ModelFacts Facts = new("resnet18", "linear", 224, 1.5, ["ants", "bees"]);

    [Fact]
    public void Names_cannot_become_elements_or_attributes()
    {
        var facts = new ModelFacts(Hostile, Hostile, 224, 1, [Hostile, "bees"]);
        var page = new ModelPage(facts, [KeyValuePair.Create(Hostile, Hostile)])
        {
            Title = Hostile,
            Training = Summary(3) with { Skipped = [new SkippedImage(0, Hostile, Hostile)] },
            Evaluation = Evaluated(facts.Labels, [(Hostile, Hostile, [0.25f, 0.75f])]),
            Thumbnails = new Dictionary<string, string> { [Hostile] = Hostile },
        }.Render().Source;
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("\" onload", page, StringComparison.Ordinal);
        Assert.Contains("<td class=\"name\">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x &amp; \uFFFD</td>", page,
            StringComparison.Ordinal);
        Assert.Equal(4, Body(page).Descendants("svg").Count());
    }

    [Fact]
    public void A_search_has_a_table_of_what_was_tried_and_why_with_the_accuracy_that_nothing_was_chosen_by()
    {
        AutoTrial features = new(Recipe.Default.Name, null, 224)
        {
            Number = 1, Seconds = 8.44, ValidationAccuracy = 0.875, IsKept = true, Why = Hostile,
        };
        AutoTrial all = new(Recipe.Best.Name, Layers.All, 160) { Why = "needs about 389 s, and 12 s were left" };
        var page = Page(Summary(3) with { Trials = [features, all], TestImages = 40, TestAccuracy = 0.9 }, validation: null);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        string[] rows = [.. Body(page).Descendants("tr").Select(row => string.Join('|', row.Elements().Select(cell => cell.Value)))];
        Assert.Contains(rows, row => row.StartsWith("1 *|features|default|224|87.5 %|8.4|<script>", StringComparison.Ordinal));
        Assert.Contains("–|fine-tuning|best|160|–|–|needs about 389 s, and 12 s were left", rows);
        Assert.Contains("accuracy on images that nothing was chosen by|90.0 % of 40", rows);
    }

    [Theory]
    [InlineData(EpochMetric.Accuracy, null)]
    [InlineData(EpochMetric.Loss, null)]
    [InlineData(EpochMetric.MacroF1, "Macro F1")]
    [InlineData(EpochMetric.BrierScore, "Brier score")]
    public void A_metric_that_chose_the_epoch_has_a_chart_where_no_other_shows_it(EpochMetric metric, string? title)
    {
        TrainingSummary training = Summary(3);
        training = training with
        {
            ChooseBy = metric,
            Epochs = [.. training.Epochs.Select(epoch => epoch with { ValidationMacroF1 = 0.8, ValidationBrierScore = 0.3 })],
        };
        string[] charts = ["Loss", "Accuracy", .. title is null ? Array.Empty<string>() : [title], "Learning rate"];
        Assert.Equal(charts, Charts(training));
        training = training with { Epochs = [.. Summary(3).Epochs] };
        Assert.Equal(["Loss", "Accuracy", "Learning rate"], Charts(training));

        static IEnumerable<string> Charts(TrainingSummary training) => Body(Page(training, validation: null)).Descendants("svg")
            .Where(chart => chart.Attribute("width")?.Value == "560").Select(chart => chart.Attribute("aria-label")!.Value);
    }

    [Fact]
    public void A_search_for_the_learning_rate_is_plotted()
    {
        var curve = new LearningRateCurve(
            [.. Enumerable.Range(0, 30).Select(step => new LearningRatePoint(Math.Pow(10, step / 10.0), 30 - step))]);
        var without = Body(Page(Summary(3), validation: null));
        var with = Body(new ModelPage(Facts, []) { Training = Summary(3), LearningRates = curve }.Render().Source);
        Assert.Equal(
            ["Search for the learning rate"],
            with.Descendants("h2").Select(heading => heading.Value).Except(without.Descendants("h2").Select(heading => heading.Value)));
        Assert.Equal(without.Descendants("svg").Count() + 1, with.Descendants("svg").Count());
    }

    [Fact]
    public void A_page_loads_nothing_and_runs_nothing()
    {
        var page = Page(Summary(3), Validation(2));
        Assert.All(["<script", "<link", "<img", " src=", " href=\"h", "url("],
            each => Assert.DoesNotContain(each, page, StringComparison.Ordinal));
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
    }

    // Ten images at 0.95, of which seven are right, and two at 0.55, of which one is: the fifteenth and the ninth of fifteen bars.
    [Fact]
    public void A_bar_of_the_calibration_is_as_high_as_its_predictions_are_right()
    {
        var validation = ClassificationReport.FromPredictions(
            ["ants", "bees"],
            [
                .. Enumerable.Range(0, 10).Select(image => (image < 7 ? 0 : 1, (IReadOnlyList<float>)[0.95f, 0.05f])),
                .. Enumerable.Range(0, 2).Select(image => (image, (IReadOnlyList<float>)[0.55f, 0.45f])),
            ]);
        var body = Body(Page(Summary(3), validation));
        XElement[] bars = [.. body.Descendants("svg").Last().Descendants("rect")];
        Assert.Equal(["205", "301"], bars.Select(bar => bar.Attribute("x")!.Value));
        Assert.Equal(["120", "168"], bars.Select(bar => bar.Attribute("height")!.Value));
        Assert.Contains("Expected calibration error 21.7 %", body.Value, StringComparison.Ordinal);
        Assert.Contains(body.Descendants("tr"), row => row.Value == "temperature1.50");
    }

    [Fact]
    public void The_title_says_what_was_trained_and_how_well() =>
        Assert.Equal("resnet18: 93.8 % validation accuracy", Body(Page(Summary(3), null)).Element("h1")!.Value);

    [Fact]
    public void A_confusion_leads_to_its_images_the_surest_first()
    {
        var evaluation = Evaluated(
            Facts.Labels,
            [("ants", "a.png", [0.25f, 0.75f]), ("ants", "b.png", [0.1f, 0.9f]), ("ants", "c.png", [1f, 0f]), ("bees", "d.png", [0f, 1f])]);
        var body = Body(new ModelPage(Facts, [])
        {
            Evaluation = evaluation,
            Thumbnails = ConfusionTable.Shown(evaluation).ToDictionary(image => image.Prediction.Name, _ => "data:image/jpeg;base64,AA=="),
        }.Render().Source);
        var link = Assert.Single(body.Descendants("a"));
        Assert.Equal(("2", "#confusion-0-1"), (link.Value, link.Attribute("href")!.Value));
        var heading = Assert.Single(body.Descendants("h3"));
        Assert.Equal("confusion-0-1", heading.Attribute("id")!.Value);
        Assert.Equal(["90.0 % b.png", "75.0 % a.png"], body.Descendants("figcaption").Select(caption => caption.Value.Trim()));
    }

    [Fact]
    public void Of_many_confused_images_a_few_are_shown_and_all_are_counted()
    {
        var evaluation = Evaluated(
            Facts.Labels, [.. Enumerable.Range(0, 1000).Select(index => ("ants", $"{index}.png", new[] { 0.25f, 0.75f }))]);
        EvaluatedImage[] shown = [.. ConfusionTable.Shown(evaluation)];
        Assert.Equal(8, shown.Length);
        var page = new ModelPage(Facts, [])
        {
            Evaluation = evaluation,
            Thumbnails = shown.ToDictionary(image => image.Prediction.Name, _ => "data:,"),
        }.Render().Source;
        Assert.Contains("1,000 images, the surest 8 of them", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_epoch_is_marked_in_every_chart()
    {
        var marks = Body(Page(Summary(3), null)).Descendants("text").Where(text => text.Value == "best: 2");
        Assert.Equal(["300", "300", "300"], marks.Select(mark => mark.Attribute("x")!.Value)); // the middle of 60 and 540
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    public void One_epoch_or_none_and_no_validation_still_make_a_page(int epochs)
    {
        EpochResult[] history = [.. Summary(epochs).Epochs
            .Select(epoch => epoch with { ValidationLoss = double.NaN, ValidationAccuracy = double.NaN })];
        var page = Page(Summary(epochs) with
        {
            Epochs = history,
            BestEpoch = epochs,
            ValidationImages = 0,
            ValidationAccuracy = double.NaN
        }, null);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.Contains("not validated", page, StringComparison.Ordinal);
        Assert.Contains("There were no validation images", page, StringComparison.Ordinal);
        Assert.Equal(3 * epochs, Body(page).Descendants("circle").Count());
    }

    [Fact]
    public void Without_a_report_on_the_validation_images_the_page_says_why_it_has_no_results_by_class()
    {
        var page = Page(Summary(3), null);
        Assert.Contains("no results by class", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Confusion", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_confusion_is_shaded_by_its_fraction_of_the_class()
    {
        // Three ants, one of them taken for a bee: 0.7 · 2/3 and 0.7 · 1/3.
        var report = ClassificationReport.FromPredictions(Facts.Labels, [(0, [1f, 0f]), (0, [1f, 0f]), (0, [0f, 1f])]);
        var cells = Body(Page(Summary(3), report)).Descendants("td").Where(cell => cell.Attribute("style") is not null).ToArray();
        Assert.Equal(["2", "1", "0", "0"], cells.Select(cell => cell.Value));
        Assert.Equal(["0.47)", "0.23)", "0.00)", "0.00)"], cells.Select(cell => cell.Attribute("style")!.Value.Split(' ')[^1]));
    }

    [Theory]
    [InlineData(ConfusionTable.MostMatrixClasses, false)]
    [InlineData(ConfusionTable.MostMatrixClasses + 1, true)]
    public void Beyond_twenty_classes_the_largest_confusions_are_listed(int classes, bool listed) =>
        Assert.Equal(listed, Page(Summary(3), Validation(classes)).Contains("its largest confusions", StringComparison.Ordinal));

    [Fact]
    public void Skipped_images_are_listed_with_their_reasons()
    {
        var page = Page(Summary(3) with { Skipped = [new SkippedImage(7, "bees/torn.jpg", "it is cut short")] }, null);
        Assert.Contains("<td class=\"name\">bees/torn.jpg</td><td class=\"name\">it is cut short</td>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_is_the_same_wherever_a_comma_divides_decimals()
    {
        var expected = Page(Summary(3), Validation(2));
        var here = CultureInfo.CurrentCulture;
        var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        comma.NumberFormat.NumberDecimalSeparator = comma.NumberFormat.PercentDecimalSeparator = ",";
        CultureInfo.CurrentCulture = comma;
        try
        {
            Assert.Equal(expected, Page(Summary(3), Validation(2)));
        }
        finally
        {
            CultureInfo.CurrentCulture = here;
        }
    }

    private static string Page(TrainingSummary summary, ClassificationReport? validation) => new ModelPage(Facts, [])
    {
        Title = validation is null ? null : "resnet18",
        Training = summary,
        Evaluation = validation is null ? null : new(validation, [], [], 0.5),
    }.Render().Source;

    private static ModelEvaluation Evaluated(
        IReadOnlyList<string> labels, IReadOnlyList<(string Label, string File, float[] Probabilities)> images) => new(
            ClassificationReport.FromPredictions(
                labels, images.Select(image => (labels.ToList().IndexOf(image.Label), (IReadOnlyList<float>)image.Probabilities))),
            [], [], 0.5)
        {
            Images = [.. images.Select(image => new EvaluatedImage(image.Label, new(image.File, labels, image.Probabilities)))],
        };

    // The body is well-formed XML too: parsing it finds elements that are not closed and text that is not encoded.
    private static XElement Body(string page) =>
        WithoutNamespaces(XElement.Parse(
            page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)]));

    private static XElement WithoutNamespaces(XElement root)
    {
        foreach (var element in root.DescendantsAndSelf())
            element.Name = element.Name.LocalName;
        return root;
    }

    private static ClassificationReport Validation(int classes) => ClassificationReport.FromPredictions(
        [.. Enumerable.Range(0, classes).Select(index => $"class {index}")],
        [(0, [.. Enumerable.Range(0, classes).Select(index => index == 1 ? 1f : 0f)])]);

    private static TrainingSummary Summary(int epochs) => new(
        1234, 160, [], [.. Enumerable.Range(1, epochs).Select(epoch => new EpochResult(epoch, 1.0 / epoch, 0.75, 0.5, 0.875, 0.001, 1.5))],
        2, 0.9375, false, 0, 6, 822.6666);
}
