using MLTransfer.Data;
using MLTransfer.Evaluation.Reports;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>An image on a page about a data set: its thumbnail, label, split and file name, and what is remarkable about it.</summary>
internal static class ImageCard
{
    internal static readonly Markup Style = new(
        """
        .cards { display: flex; flex-wrap: wrap; gap: .6em; margin: .4em 0 1em; }
        .card { width: 140px; padding: 5px; border: 1px solid #8886; border-radius: 6px; background: Canvas; }
        .card { font-size: 11px; line-height: 1.3; }
        .card .frame { height: 130px; display: flex; align-items: center; justify-content: center; }
        .card .frame { background: #8882; border-radius: 4px; color: #888; }
        .card img { max-width: 130px; max-height: 130px; min-height: 64px; object-fit: contain; border-radius: 3px; }
        .card .file { overflow-wrap: anywhere; color: GrayText; margin-top: 4px; }
        .label { display: inline-block; padding: 0 .5em; border-radius: 8px; background: #e6eef6; color: #134; margin: 3px 2px 0 0; }
        .split { background: #f6eee2; color: #531; }
        .other { background: #e2f3e6; color: #142; }
        .groups { display: flex; flex-wrap: wrap; gap: .2em 1.6em; }
        .group { border-left: 3px solid #d95f02; padding-left: .8em; margin: 0 0 1em; }
        .note { margin: .2em 0; }
        .card .note { color: #a33; margin-top: 4px; overflow-wrap: anywhere; }
        .count { color: #888; font-weight: 400; }
        .fine { color: #2a7d3f; }
        """);

    /// <param name="row">The image.</param>
    /// <param name="thumbnails">Data URIs by path; an image without one is shown as unreadable.</param>
    /// <param name="note">What is remarkable; null: nothing.</param>
    /// <param name="suggestion">Another label that fits better; null: none.</param>
    internal static Markup Render(
        ImageRow row, IReadOnlyDictionary<string, string> thumbnails, string? note = null, string? suggestion = null)
    {
        Markup image = thumbnails.TryGetValue(row.ImagePath, out string? uri)
            ? Markup.Format($"<img alt=\"\" src=\"{uri}\"/>") : Markup.Format($"unreadable");
        Markup split = row.Split is null ? default : Markup.Format($"<span class=\"label split\">{row.Split}</span>");
        Markup other = suggestion is null ? default : Markup.Format($" → <span class=\"label other\">{suggestion}</span>");
        Markup what = note is null ? default : Markup.Format($"<div class=\"note\">{note}</div>");
        return Markup.Format(
            $"""
            <div class="card"><div class="frame">{image}</div>
            <span class="label">{row.Label}</span>{other}{split}
            <div class="file">{Path.GetFileName(row.ImagePath)}</div>{what}</div>
            """);
    }
}
