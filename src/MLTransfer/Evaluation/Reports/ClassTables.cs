namespace MLTransfer.Evaluation.Reports;

/// <summary>How right the model is about each class, and what it takes for what.</summary>
internal static class ClassTables
{
    internal static Markup Of(ClassificationReport report) => Markup.Of(
        $"""
        <table>
        <tr><th class="name">class</th><th>precision</th><th>recall</th><th>images</th></tr>
        {report.PerClass.Select(Row)}
        </table>
        <h2>Confusion</h2>
        {ConfusionTable.Of(report)}
        """);

    private static Markup Row(ClassFigures figures) => Markup.Of(
        $"""
        <tr><td class="name">{figures.Label}</td><td>{ReportFigures.Percent(figures.Precision)}</td>
        <td>{ReportFigures.Percent(figures.Recall)}</td><td>{ReportFigures.Count(figures.Images)}</td></tr>
        """);
}
