using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>What features tell about a data set: suspect labels, near duplicates, outliers, a learning curve, with the images.</summary>
internal static class InspectionView
{
    private const int MostSuspects = 10;

    internal static NotebookView View { get; } = NotebookView.Of<ImageDataInspection>(Html, Text);

    private static Markup Html(ImageDataInspection inspection) => Markup.Format(
        $"""
        <h3>{ImageDataReport.Title(inspection)}</h3>
        {ImageDataReport.Content(inspection, CancellationToken.None)}
        """);

    private static string Text(ImageDataInspection inspection) => string.Join('\n', [
        ImageDataReport.Title(inspection),
        .. inspection.SuspectLabels.Take(MostSuspects).Select(suspect =>
            $"{suspect.Image.ImagePath}: {suspect.Image.Label}, rather {suspect.SuggestedLabel}")]);
}
