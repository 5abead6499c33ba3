using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Evaluation;
using MLTransfer.Models;

namespace MLTransfer.Interactive.Tests;

/// <summary>What holds for everything that a notebook shows: each view is tried with values whose names are hostile.</summary>
public sealed partial class NotebookViewTests(Shapes shapes) : IClassFixture<Shapes>
{
    public static TheoryData<string> All => [.. NotebookView.All.Select(view => Name(view.Type))];

    public static TheoryData<string> Lists =>
        [.. NotebookView.All.Where(view => view.Type.IsGenericType).Select(view => Name(view.Type))];

    [Theory, MemberData(nameof(All))]
    public void The_HTML_is_well_formed_and_needs_nothing_from_elsewhere(string name)
    {
        string html = View(name).Framed(Example(name));
        XDocument.Parse(ImageElement().Replace(html, "$1/>"));
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        string own = html.Replace("xmlns=\"http://www.w3.org/2000/svg\"", "", StringComparison.Ordinal);
        Assert.DoesNotContain("http", own, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", own, StringComparison.OrdinalIgnoreCase);
        Assert.All(Source().Matches(own), source => Assert.StartsWith("data:image/", source.Groups[1].Value, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(All))]
    public void It_has_the_colors_of_the_page_around_it_so_that_dark_pages_show_it_as_well(string name)
    {
        string html = View(name).Framed(Example(name));
        Assert.Contains("svg text { fill: currentColor; }", html, StringComparison.Ordinal);
        Assert.All(TextColor().Matches(html), color => Assert.Equal("inherit", color.Groups[1].Value));
        // Colors of the browser's theme, which need not be that of the notebook.
        Assert.DoesNotContain("Canvas", html, StringComparison.Ordinal);
        Assert.DoesNotContain("GrayText", html, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(All))]
    public void Where_there_is_no_HTML_it_is_text(string name)
    {
        string text = View(name).Text(Example(name));
        Assert.NotEmpty(text.Trim());
        Assert.DoesNotContain("<div", text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(All))]
    public void A_notebook_gets_both(string name)
    {
        NotebookView view = View(name);
        view.Register();
        object example = Example(name);
        IReadOnlyList<FormattedValue> shown = FormattedValue.CreateManyFromObject(example);
        Assert.Equal(
            new HashSet<string> { HtmlFormatter.MimeType, PlainTextFormatter.MimeType }, shown.Select(value => value.MimeType).ToHashSet());
        Assert.Equal(view.Framed(example), shown.Single(value => value.MimeType == HtmlFormatter.MimeType).Value);
    }

    [Theory, MemberData(nameof(Lists))]
    public void An_empty_list_is_shown_as_one(string name)
    {
        NotebookView view = View(name);
        object empty = Array.CreateInstance(view.Type.GetGenericArguments()[0], 0);
        XDocument.Parse(view.Framed(empty));
        _ = view.Text(empty);
    }

    [Fact]
    public void Long_lists_are_cut_off_and_say_so()
    {
        ImageRow[] rows = [.. Enumerable.Repeat(shapes.Dataset.Rows, 3).SelectMany(rows => rows)];
        string html = ImagesView.OfRows.Framed(rows);
        Assert.Equal(ImagesView.MostImages, Source().Count(html));
        Assert.Contains("and more", html, StringComparison.Ordinal);
        Assert.EndsWith("…", ImagesView.OfRows.Text(rows), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_image_is_shown_as_unreadable()
    {
        string html = ImagesView.OfFiles.Framed(new ImageFile[] { new() { ImagePath = "nowhere.png", Label = "a" } });
        Assert.Contains("unreadable", html, StringComparison.Ordinal);
        ImagePrediction prediction = Assert.Single(shapes.Model.Predict(["nowhere.png"]));
        Assert.Contains(prediction.Error!.Split('\'')[0], PredictionView.One.Text(prediction), StringComparison.Ordinal);
    }

    private static string Name(Type type) =>
        type.IsGenericType ? $"{type.Name} of {type.GetGenericArguments()[0].Name}" : type.Name;

    private static NotebookView View(string name) => NotebookView.All.Single(view => Name(view.Type) == name);

    // A view without an example fails.
    private object Example(string name)
    {
        string[] files = [.. shapes.Dataset.Part("val").Rows.Take(3).Select(row => row.ImagePath)];
        return name switch
        {
            "Backbone" => ModelZoo.Find("embedded"),
            "IEnumerable`1 of Backbone" => ModelZoo.All,
            nameof(MulticlassClassificationMetrics) => Metrics(),
            nameof(ConfusionMatrix) => Metrics().ConfusionMatrix,
            nameof(ClassificationReport) => ManyClasses(),
            nameof(DatasetCheck) => DatasetCheck.Of(shapes.Dataset),
            nameof(ImageDataset) => shapes.Dataset,
            nameof(ImageDataInspection) => shapes.Inspection,
            nameof(Explanation) => shapes.Model.Explain(files[0]),
            "IEnumerable`1 of Explanation" => files.Select(file => shapes.Model.Explain(file)).ToList(),
            "IEnumerable`1 of ImageFile" => files.Select(file => new ImageFile { ImagePath = file, Label = Shapes.Hostile }).ToList(),
            "IEnumerable`1 of ImageRow" => shapes.Dataset.Rows,
            nameof(LearningRateCurve) => new LearningRateCurve([.. Enumerable.Range(0, 30).Select(step => new LearningRatePoint(
                1e-7 * Math.Pow(2, step), Math.Abs(20 - step)))]),
            nameof(TrainingSnapshot) => Snapshot(),
            nameof(ImageClassificationTransformer) => shapes.Model,
            nameof(ImagePrediction) => shapes.Model.Predict(files).First(),
            "IEnumerable`1 of ImagePrediction" => shapes.Model.Predict([.. files, $"{Shapes.Hostile}.png"]).ToList(),
            nameof(TrainingSummary) => shapes.Model.Training! with
            {
                Failure = Shapes.Hostile,
                Trials = [Trial, Trial with { Number = 0 }],
                TestImages = 7,
                TestAccuracy = 0.75,
                Skipped = [new(0, Shapes.Hostile, Shapes.Hostile)],
            },
            _ => throw new ArgumentException($"There is no example of {name}.", nameof(name)),
        };
    }

    private MulticlassClassificationMetrics Metrics()
    {
        var ml = new MLContext();
        IDataView images = ml.Data.LoadImages(shapes.Dataset.Part("val"));
        IDataView keys = ml.Transforms.Conversion.MapValueToKey("Label").Fit(images).Transform(images);
        return ml.MulticlassClassification.Evaluate(shapes.Model.Transform(keys), topKPredictionCount: 2);
    }

    // More than a matrix can show.
    private static ClassificationReport ManyClasses()
    {
        const int Classes = 30;
        string[] labels = [.. Enumerable.Range(0, Classes).Select(index => $"{Shapes.Hostile}{index}")];
        return ClassificationReport.FromPredictions(labels, Enumerable.Range(0, Classes).Select(index =>
        {
            float[] probabilities = new float[Classes];
            probabilities[index / 2] = 1;
            return (index, (IReadOnlyList<float>)probabilities);
        }));
    }

    private TrainingSnapshot Snapshot() => new(
        new TrainingProgress(TrainingPhase.Training, 2, 3, 8, 32, 100, TimeSpan.FromSeconds(5), 0.5, 0.7, double.NaN),
        shapes.Model.Training!.Epochs, HasEnded: false, WasStopped: false)
    { Trials = [Trial] };

    private static AutoTrial Trial { get; } = new(Recipe.Best.Name, Layers.From(Shapes.Hostile), 224)
    {
        Number = 1, Seconds = 3, ValidationAccuracy = 0.5, Why = Shapes.Hostile,
    };

    // HTML does not close it.
    [GeneratedRegex("(<img [^>]*[^>/])>")]
    private static partial Regex ImageElement();

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Source();

    [GeneratedRegex(@"(?<![-\w])color: ([^;]+);")]
    private static partial Regex TextColor();
}
