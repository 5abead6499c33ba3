using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>A data set: where it is, how many images each class and split has, some images of each class.</summary>
internal static class DatasetView
{
    private const int MostClasses = 40;

    internal static NotebookView View { get; } = NotebookView.Of<ImageDataset>(Html, Text);

    private static Markup Html(ImageDataset dataset)
    {
        ClassCount[] classes = [.. ClassCount.CountAll(dataset).Take(MostClasses)];
        int left = dataset.Classes.Count - classes.Length;
        return Markup.Format(
            $"""
            <h3>{Title(dataset)} <span class="quiet">{dataset.Format}, {dataset.Path}</span></h3>
            <div class="wide"><table>
            <tr><th class="name">class</th><th>images</th>{dataset.Splits.Select(split => Markup.Format($"<th>{split}</th>"))}</tr>
            {classes.Select(count => Row(count, dataset.Splits))}
            </table></div>
            {(left > 0 ? Markup.Format($"<p class=\"quiet\">… and {left} more classes.</p>") : default)}
            {dataset.Warnings.Select(warning => Markup.Format($"<p class=\"note\">{warning}</p>"))}
            {ImagesView.Grid(Samples(dataset))}
            """);
    }

    private static Markup Row(ClassCount count, IReadOnlyList<string> splits) => Markup.Format(
        $"""
        <tr><td class="name">{count.Label}</td><td>{ReportNumber.Count(count.Images)}</td>
        {splits.Select(split => Markup.Format($"<td>{ReportNumber.Count(count.PerSplit[split])}</td>"))}</tr>
        """);

    // The same number of each class, spread evenly over its images.
    private static IEnumerable<ImageRow> Samples(ImageDataset dataset)
    {
        int perClass = Math.Max(1, ImagesView.MostImages / Math.Max(1, dataset.Classes.Count));
        return dataset.Rows.GroupBy(row => row.Label, StringComparer.Ordinal).Take(ImagesView.MostImages).SelectMany(rows =>
        {
            ImageRow[] all = [.. rows];
            int count = Math.Min(perClass, all.Length);
            return Enumerable.Range(0, count).Select(index => all[(int)((long)index * all.Length / count)]);
        });
    }

    private static string Title(ImageDataset dataset) =>
        $"{ReportNumber.Count(dataset.Rows.Count)} images, {ReportNumber.Count(dataset.Classes.Count)} classes";

    private static string Text(ImageDataset dataset) => string.Join('\n', [
        $"{Title(dataset)}, {dataset.Format}, {dataset.Path}",
        .. ClassCount.CountAll(dataset).Take(MostClasses).Select(count => $"{count.Label}: {ReportNumber.Count(count.Images)}")]);
}

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
