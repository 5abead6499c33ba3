using Microsoft.DotNet.Interactive;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Interactive;

/// <summary>
/// The problems of a data set that can be found without a network: unreadable files, duplicates, the same image in training and test,
/// classes without images. A notebook shows them with their images.
/// </summary>
public sealed class DatasetCheck
{
    private DatasetCheck(DatasetFindings findings) => Findings = findings;

    /// <summary>The problems, the most serious first, as sentences.</summary>
    public IReadOnlyList<string> Problems => [.. Findings.Problems.Select(problem => $"{problem.Kind.Title}: {problem.Note}")];

    internal DatasetFindings Findings { get; }

    /// <summary>Reads every image, on all processors, and changes nothing. The notebook's stop button ends it.</summary>
    /// <param name="dataset">The data set, with all its splits.</param>
    /// <param name="cancellation">Ends it, too. Default: never.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static DatasetCheck Of(ImageDataset dataset, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        CancellationToken cell = KernelInvocationContext.Current?.CancellationToken ?? default;
        using StopButton.Press stop = StopButton.Watch(cell);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop.Token, cancellation);
        return new(DatasetInspection.Run(dataset, cancel: either.Token));
    }
}

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
