using MLTransfer.Imaging;

namespace MLTransfer.Evaluation;

/// <summary>The pictures that could not be read, each with its reason.</summary>
internal static class SkippedTable
{
    internal static Markup Of(IReadOnlyList<SkippedPicture> skipped) => skipped.Count == 0
        ? Markup.Of($"<p>None: every picture could be read.</p>")
        : Markup.Of(
            $"""
            <table>
            <tr><th class="name">picture</th><th class="name">reason</th></tr>
            {skipped.Select(picture => Markup.Of($"<tr><td class=\"name\">{picture.Name}</td><td class=\"name\">{picture.Reason}</td></tr>"))}
            </table>
            """);
}
