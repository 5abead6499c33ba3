using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>The problems of a data set, with the images concerned, and some images of each class.</summary>
internal static class DatasetCheckView
{
    private const int Samples = 24;

    internal static NotebookView View { get; } = NotebookView.Of<DatasetCheck>(Html, Text);

    private static Markup Html(DatasetCheck check) => Markup.Format(
        $"""
        <h3>{DatasetReport.Title(check.Findings)}</h3>
        {DatasetReport.Content(check.Findings, Samples, CancellationToken.None)}
        """);

    private static string Text(DatasetCheck check) =>
        string.Join('\n', [DatasetReport.Title(check.Findings), .. check.Problems]);
}
