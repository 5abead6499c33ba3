using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using MLTransfer.Cli.CommandLine;
using MLTransfer.Cli.Screen;
using MLTransfer.Data;

namespace MLTransfer.Cli.Datasets;

/// <summary>Shows the findings of 'mlt datasets inspect' on a terminal, and writes the list of suspect labels.</summary>
internal static class InspectView
{
    private const int MostShown = 10, MostImages = 4;

    internal static void Show(ImageDataset dataset, ImageDataInspection inspection, CommandContext context)
    {
        var output = context.Output;
        output.WriteLine($"{dataset.Path} ({dataset.Format}): {Figures.Counted(inspection.Images, "image", "images")}, "
            + $"{Figures.Counted(inspection.Classes.Count, "class", "classes")}, seen by {inspection.Backbone} at {inspection.ImageSize} "
            + "pixels");
        output.WriteLine($"cross-validated accuracy of linear heads: {Figures.Percent(inspection.Accuracy)}");
        foreach (var image in inspection.Skipped.Take(MostShown))
            output.WriteLine($"left out {image.Name}: {image.Reason}");
        List("suspect labels", inspection.SuspectLabels, suspect => Text(suspect, dataset), output);
        List("near duplicates", inspection.NearDuplicates, group => Text(group, dataset), output);
        List("outliers", inspection.Outliers, outlier => $"{Shortened(outlier.Image, dataset)}: {outlier.Image.Label}, "
            + $"{Figures.Number(outlier.Score, "0.0")} deviations from its class", output);
        List("confusable classes", inspection.ConfusableClasses,
            pair => $"{pair.First} and {pair.Second}: {Figures.Percent(pair.Rate)}", output);
        ShowCurve(inspection, output);
        output.WriteLine($"took {Figures.Seconds(inspection.Seconds)}");
    }

    /// <summary>Writes the suspect labels as CSV, the most suspect first.</summary>
    internal static void WriteSuspects(ImageDataInspection inspection, Stream stream)
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        using var writer = new StreamWriter(stream, utf8, leaveOpen: true) { NewLine = "\n" };
        var hasSplits = inspection.SuspectLabels.Any(suspect => suspect.Image.Split is not null);
        writer.WriteLine(ManifestWriter.Line(
            "image", "label", "suggested_label", "label_probability", "suggested_probability", hasSplits ? "split" : null));
        foreach (var suspect in inspection.SuspectLabels)
        {
            writer.WriteLine(ManifestWriter.Line(
                suspect.Image.ImagePath, suspect.Image.Label, suspect.SuggestedLabel, Text(suspect.LabelProbability),
                Text(suspect.SuggestedProbability), hasSplits ? suspect.Image.Split ?? "" : null));
        }

        static string Text(double probability) => probability.ToString("0.0000", CultureInfo.InvariantCulture);
    }

    private static void List<T>(string title, IReadOnlyList<T> items, Func<T, string> line, TextWriter output)
    {
        output.WriteLine($"{title}: {Figures.Count(items.Count)}");
        foreach (var item in items.Take(MostShown))
            output.WriteLine($"  {line(item)}");
        if (items.Count > MostShown)
            output.WriteLine($"  … and {Figures.Count(items.Count - MostShown)} more");
    }

    private static string Text(SuspectLabel suspect, ImageDataset dataset) =>
        $"{Shortened(suspect.Image, dataset)}: {suspect.Image.Label} ({Figures.Percent(suspect.LabelProbability)}), rather "
        + $"{suspect.SuggestedLabel} ({Figures.Percent(suspect.SuggestedProbability)})";

    private static string Text(NearDuplicates group, ImageDataset dataset) =>
        string.Join(", ", group.Images.Take(MostImages).Select(row => Shortened(row, dataset)))
        + (group.Images.Count > MostImages ? $" and {group.Images.Count - MostImages} more" : "")
        + $": similarity {Figures.Number(group.Similarity, "0.00")}{(group.LabelsDisagree ? ", different labels" : "")}"
        + (group.IsLeakage ? ", different splits" : "");

    private static string Shortened(ImageRow row, ImageDataset dataset) => CheckView.Shortened(row.ImagePath, dataset.Path);

    private static void ShowCurve(ImageDataInspection inspection, TextWriter output)
    {
        var curve = inspection.LearningCurve;
        if (curve.Points.Count == 0)
            return;
        output.WriteLine("accuracy by images trained on: "
            + string.Join(", ", curve.Points.Select(point => $"{Figures.Count(point.Images)}: {Figures.Percent(point.Accuracy)}")));
        if (double.IsFinite(curve.EstimatedAccuracy(inspection.Images)))
        {
            output.WriteLine($"estimate: {Figures.Percent(curve.EstimatedAccuracy(inspection.Images))} with all images, "
                + $"{Figures.Percent(curve.EstimatedAccuracy(2L * inspection.Images))} with twice as many");
        }
    }
}

/// <summary>The JSON of 'mlt datasets inspect'.</summary>
internal sealed record InspectJson(
    string Data, string Backbone, int ImageSize, int Images, double Accuracy, IReadOnlyList<ClassInspection> Classes,
    IReadOnlyList<SuspectJson> SuspectLabels, IReadOnlyList<NearJson> NearDuplicates, IReadOnlyList<OutlierJson> Outliers,
    IReadOnlyList<ConfusableJson> ConfusableClasses, IReadOnlyList<LearningCurvePoint> LearningCurve, double EstimatedAccuracy,
    double EstimatedAccuracyWithTwice, IReadOnlyList<SkippedJson> Skipped, double Seconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Report,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? List)
{
    internal static InspectJson From(ImageDataset dataset, ImageDataInspection found, string? report, string? list) => new(
        dataset.Path, found.Backbone, found.ImageSize, found.Images, found.Accuracy, found.Classes,
        [.. found.SuspectLabels.Select(suspect => new SuspectJson(ImageJson.From(suspect.Image), suspect.SuggestedLabel,
            suspect.LabelProbability, suspect.SuggestedProbability, suspect.Support))],
        [.. found.NearDuplicates.Select(group => new NearJson(
            [.. group.Images.Select(ImageJson.From)], group.Similarity, group.LabelsDisagree, group.IsLeakage))],
        [.. found.Outliers.Select(outlier => new OutlierJson(ImageJson.From(outlier.Image), outlier.Distance, outlier.Score))],
        [.. found.ConfusableClasses.Select(pair => new ConfusableJson(pair.First, pair.Second, pair.Rate,
            [.. pair.FirstAsSecond.Select(ImageJson.From)], [.. pair.SecondAsFirst.Select(ImageJson.From)]))],
        found.LearningCurve.Points, found.LearningCurve.EstimatedAccuracy(found.Images),
        found.LearningCurve.EstimatedAccuracy(2L * found.Images),
        [.. found.Skipped.Select(image => new SkippedJson(image.Name, image.Reason))], Math.Round(found.Seconds, 2), report, list);
}

/// <summary>A suspect label.</summary>
internal sealed record SuspectJson(
    ImageJson Image, string SuggestedLabel, double LabelProbability, double SuggestedProbability, double Support);

/// <summary>Images that show the same.</summary>
internal sealed record NearJson(IReadOnlyList<ImageJson> Images, double Similarity, bool LabelsDisagree, bool IsLeakage);

/// <summary>An image unlike all others.</summary>
internal sealed record OutlierJson(ImageJson Image, double Distance, double Score);

/// <summary>Two classes that are hard to tell apart.</summary>
internal sealed record ConfusableJson(
    string First, string Second, double Rate, IReadOnlyList<ImageJson> FirstAsSecond, IReadOnlyList<ImageJson> SecondAsFirst);

/// <summary>An image that could not be read.</summary>
internal sealed record SkippedJson(string File, string Reason);
