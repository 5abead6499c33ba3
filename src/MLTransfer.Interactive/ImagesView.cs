using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Evaluation.Reports;
using MLTransfer.Imaging;

namespace MLTransfer.Interactive;

/// <summary>A grid of images with their labels.</summary>
internal static class ImagesView
{
    /// <summary>So many images are shown; of a longer list, the first.</summary>
    internal const int MostImages = 40;

    internal static NotebookView OfFiles { get; } = NotebookView.Of<IEnumerable<ImageFile>>(
        files => Grid(Rows(files)), files => Text(Rows(files)));

    internal static NotebookView OfRows { get; } = NotebookView.Of<IEnumerable<ImageRow>>(Grid, Text);

    /// <summary>The images side by side, each with its class, its split and the name of its file.</summary>
    internal static Markup Grid(IEnumerable<ImageRow> rows)
    {
        ImageRow[] shown = [.. rows.Take(MostImages + 1)];
        bool areMore = shown.Length > MostImages;
        shown = [.. shown.Take(MostImages)];
        if (shown.Length == 0) return Markup.Format($"<p class=\"quiet\">No images.</p>");
        var thumbnails = Thumbnails.Encode(shown.Select(row => row.ImagePath), DecodingOptions.Default, CancellationToken.None);
        return Markup.Format(
            $"""
            <div class="cards">
            {shown.Select(row => Card(row.ImagePath, thumbnails, Labels(row)))}
            </div>
            {(areMore ? Markup.Format($"<p class=\"quiet\">… and more; these are the first {MostImages}.</p>") : default)}
            """);
    }

    /// <summary>An image, what is said of it, and the name of its file.</summary>
    /// <param name="path">The image.</param>
    /// <param name="thumbnails">Data URIs by path.</param>
    /// <param name="what">What is said of it.</param>
    internal static Markup Card(string path, IReadOnlyDictionary<string, string> thumbnails, Markup what)
    {
        Markup image = thumbnails.TryGetValue(path, out string? uri)
            ? Markup.Format($"<img alt=\"\" src=\"{uri}\">") : Markup.Format($"<span class=\"quiet\">unreadable</span>");
        return Markup.Format(
            $"""
            <div class="card"><div class="frame">{image}</div>
            {what}
            <div class="file">{Path.GetFileName(path)}</div></div>
            """);
    }

    private static Markup Labels(ImageRow row)
    {
        Markup split = row.Split is null ? default : Markup.Format($"<span class=\"label split\">{row.Split}</span>");
        Markup label = row.Label.Length == 0 ? default : Markup.Format($"<span class=\"label\">{row.Label}</span>");
        return Markup.Format($"{label}{split}");
    }

    private static string Text(IEnumerable<ImageRow> rows)
    {
        string[] lines = [.. rows.Take(MostImages + 1).Select(row => $"{row.Label}: {row.ImagePath}")
            .DefaultIfEmpty("No images.")];
        return string.Join('\n', lines.Length > MostImages ? [.. lines[..MostImages], "…"] : lines);
    }

    private static IEnumerable<ImageRow> Rows(IEnumerable<ImageFile> files) =>
        files.Select(file => new ImageRow(file.ImagePath, file.Label));
}
