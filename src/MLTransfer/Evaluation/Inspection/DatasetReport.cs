using System.Text;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Files;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// What was seen in a data set on one page of HTML, with thumbnails in it: problems first, then images of each class; every name encoded.
/// </summary>
public static class DatasetReport
{
    /// <summary>Writes the page; an older one is replaced when the new one is complete.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="findings">What was seen.</param>
    /// <param name="cancel">Stops; nothing is written then.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    public static void Write(string path, DatasetFindings findings, CancellationToken cancel = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(findings);
        byte[] page = Encoding.UTF8.GetBytes(Page(findings, cancel).Source);
        AtomicFile.Write(path, stream => stream.Write(page));
    }

    internal static Markup Page(DatasetFindings findings, CancellationToken cancel)
    {
        var selection = new SheetSelection(findings);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(findings.Dataset.Path)));
        int count = findings.Problems.Count;
        var thumbnails = Thumbnails.Of(selection.Rows, findings.Decoding, cancel);
        string title = $"{name}: {(count == 0 ? "no problems" : $"{ReportFigures.Count(count)} problem{(count == 1 ? "" : "s")}")} in "
            + $"{ReportFigures.Count(findings.Dataset.Rows.Count)} images";
        return ReportPage.Of(title, new ContactSheet(findings, selection, thumbnails).Body(), ContactSheet.Style);
    }
}
