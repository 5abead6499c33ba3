using System.Text;
using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>What features tell about a data set, on one HTML page with embedded thumbnails; every name encoded.</summary>
internal static class ImageDataReport
{
    private const int MostSuspects = 200, MostGroups = 60, MostOfAGroup = 8, MostOutliers = 60, MostPairs = 20, MostOfAPair = 6;

    /// <inheritdoc cref="ImageDataInspection.WriteReport"/>
    internal static void Write(string path, ImageDataInspection inspection, string? title, CancellationToken cancel)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Markup page = ReportPage.Render(title ?? Title(inspection), Content(inspection, cancel), ImageCard.Style);
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page.Source)));
    }

    /// <summary>What follows the title.</summary>
    internal static Markup Content(ImageDataInspection inspection, CancellationToken cancel) => new Body(
        inspection, Thumbnails.Encode(Shown(inspection).Select(row => row.ImagePath), inspection.Decoding, cancel)).Render();

    internal static string Title(ImageDataInspection inspection) =>
        $"{ReportNumber.Count(inspection.Images)} images: {Counted(inspection.SuspectLabels.Count, "suspect label")}, "
        + $"{Counted(inspection.NearDuplicates.Count, "group")} of near duplicates";

    private static string Counted(int count, string what) => $"{ReportNumber.Count(count)} {what}{(count == 1 ? "" : "s")}";

    private static IEnumerable<ImageRow> Shown(ImageDataInspection inspection) =>
    [
        .. inspection.SuspectLabels.Take(MostSuspects).Select(suspect => suspect.Image),
        .. inspection.NearDuplicates.Take(MostGroups).SelectMany(group => group.Images.Take(MostOfAGroup)),
        .. inspection.Outliers.Take(MostOutliers).Select(outlier => outlier.Image),
        .. inspection.ConfusableClasses.Take(MostPairs)
            .SelectMany(pair => pair.FirstAsSecond.Take(MostOfAPair).Concat(pair.SecondAsFirst.Take(MostOfAPair))),
    ];

    private sealed class Body(ImageDataInspection inspection, IReadOnlyDictionary<string, string> thumbnails)
    {
        internal Markup Render() => Markup.Format(
            $"""
            {ReportPage.NamedValues(Facts())}
            <p>Suggestions by the features of a pretrained network, for a person to look at: it may be wrong where an image is unlike those
            it was trained on.</p>
            {Section("Suspect labels", inspection.SuspectLabels.Count,
                "Heads that were not trained on an image find its label improbable, and another one more probable.", Suspects(),
                MostSuspects)}
            {Section("Near duplicates", inspection.NearDuplicates.Count,
                "Different labels: at most one is right. Different splits: the model is tested on what it was trained on. The same label "
                + "and split: each copy adds to the weight of the image.", Groups(), MostGroups)}
            {Section("Outliers", inspection.Outliers.Count, "Images unlike all others: of nothing, of something else, or rare cases.",
                Outliers(), MostOutliers)}
            {Section("Confusable classes", inspection.ConfusableClasses.Count,
                "The fraction of the images of both classes that are taken for the other one while they are held out.", Pairs(), MostPairs)}
            <h2>Classes <span class="count">{ReportNumber.Count(inspection.Classes.Count)}</span></h2>
            {ClassTable()}
            <h2>More images</h2>
            {LearningCurveChart.Render(inspection.LearningCurve, inspection.Images)}
            {Skipped()}
            """);

        private IEnumerable<(string Name, string Value)> Facts() =>
        [
            ("images", ReportNumber.Count(inspection.Images)),
            ("backbone", $"{inspection.Backbone}, {inspection.ImageSize} × {inspection.ImageSize} pixels"),
            ("cross-validated accuracy of linear heads", ReportNumber.Percent(inspection.Accuracy)),
            ("inspection time", ReportNumber.Seconds(inspection.Seconds)),
        ];

        private static Markup Section(string title, int count, string meaning, Markup content, int most) => Markup.Format(
            $"""
            <h2>{title} <span class="count">{ReportNumber.Count(count)}</span></h2>
            {(count == 0 ? Markup.Format($"<p class=\"fine\">None found.</p>") : Markup.Format($"<p>{meaning}</p>"))}
            {content}
            {(count > most ? Markup.Format($"<p>… and {ReportNumber.Count(count - most)} more.</p>") : default)}
            """);

        private Markup Suspects() => Cards(inspection.SuspectLabels.Take(MostSuspects).Select(suspect => ImageCard.Render(
            suspect.Image, thumbnails,
            $"{ReportNumber.Percent(suspect.LabelProbability)} → {ReportNumber.Percent(suspect.SuggestedProbability)}",
            suspect.SuggestedLabel)));

        private Markup Groups() => Markup.Format(
            $"<div class=\"groups\">{inspection.NearDuplicates.Take(MostGroups).Select(Group)}</div>");

        private Markup Group(NearDuplicates group)
        {
            string[] what = [.. group.LabelsDisagree ? ["different labels"] : Array.Empty<string>(),
                .. group.IsLeakage ? ["different splits"] : Array.Empty<string>()];
            string more = group.Images.Count > MostOfAGroup ? $", {ReportNumber.Count(group.Images.Count)} images" : "";
            return Markup.Format(
                $"""
                <div class="group"><p class="note">{string.Join(", ", [.. what, $"similarity {group.Similarity:0.00}"])}{more}</p>
                {Cards(group.Images.Take(MostOfAGroup).Select(row => ImageCard.Render(row, thumbnails)))}</div>
                """);
        }

        private Markup Outliers() => Cards(inspection.Outliers.Take(MostOutliers).Select(outlier => ImageCard.Render(
            outlier.Image, thumbnails, FormattableString.Invariant($"{outlier.Score:0.0} deviations"))));

        private Markup Pairs() => Markup.Format($"{inspection.ConfusableClasses.Take(MostPairs).Select(pair => Markup.Format(
            $"""
            <h3>{pair.First} and {pair.Second} <span class="count">{ReportNumber.Percent(pair.Rate)}</span></h3>
            {Taken(pair.FirstAsSecond, pair.Second)}
            {Taken(pair.SecondAsFirst, pair.First)}
            """))}");

        private Markup Taken(IReadOnlyList<ImageRow> rows, string other) =>
            Cards(rows.Take(MostOfAPair).Select(row => ImageCard.Render(row, thumbnails, suggestion: other)));

        private static Markup Cards(IEnumerable<Markup> cards) => Markup.Format($"<div class=\"cards\">{cards}</div>");

        private Markup ClassTable() => Markup.Format(
            $"""
            <div class="wide"><table>
            <tr><th class="name">class</th><th>images</th><th>accuracy</th><th>suspect labels</th></tr>
            {inspection.Classes.Select(ClassRow)}
            </table></div>
            """);

        private Markup ClassRow(ClassInspection one) => Markup.Format(
            $"""
            <tr><td class="name">{one.Label}</td><td>{ReportNumber.Count(one.Images)}</td><td>{ReportNumber.Percent(one.Accuracy)}</td>
            <td>{ReportNumber.Count(inspection.SuspectLabels.Count(suspect => suspect.Image.Label == one.Label))}</td></tr>
            """);

        private Markup Skipped() => inspection.Skipped.Count == 0 ? default : Markup.Format(
            $"""
            <h2>Unreadable images <span class="count">{ReportNumber.Count(inspection.Skipped.Count)}</span></h2>
            <ul>{inspection.Skipped.Take(MostOutliers).Select(image => Markup.Format($"<li>{image.Name}: {image.Reason}</li>"))}</ul>
            """);
    }
}
