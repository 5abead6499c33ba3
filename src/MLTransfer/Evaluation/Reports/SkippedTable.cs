using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Reports;

/// <summary>The images that could not be read, each with its reason.</summary>
internal static class SkippedTable
{
    internal static Markup Of(IReadOnlyList<SkippedImage> skipped) => skipped.Count == 0
        ? Markup.Of($"<p>None: every image could be read.</p>")
        : Markup.Of(
            $"""
            <table>
            <tr><th class="name">image</th><th class="name">reason</th></tr>
            {skipped.Select(image => Markup.Of($"<tr><td class=\"name\">{image.Name}</td><td class=\"name\">{image.Reason}</td></tr>"))}
            </table>
            """);
}
