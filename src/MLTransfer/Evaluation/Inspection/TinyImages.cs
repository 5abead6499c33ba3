using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>
/// Images with few pixels: each a problem among larger ones, and one problem together where the data set is made of them.
/// </summary>
internal static class TinyImages
{
    public static bool Is(ImageDimensions size, InspectionOptions options) => Math.Min(size.Width, size.Height) < options.SmallestSide;

    public static IEnumerable<DatasetProblem> Of(IReadOnlyList<InspectedImage> images, InspectionOptions options)
    {
        InspectedImage[] tiny = [.. images.Where(image => Is(image.Size, options))];
        return tiny.Length > 1 && tiny.Length > images.Count / 2
            ? [new(ProblemKind.Tiny, $"{tiny.Length:N0} of {images.Count:N0} images have a side below {options.SmallestSide} pixels, as "
            + $"the first of them with {Words(tiny[0].Size)}", [])]
            : tiny.Select(image => new DatasetProblem(ProblemKind.Tiny, $"it has {Words(image.Size)} pixels", [image.Row]));
    }

    private static string Words(ImageDimensions size) => $"{size.Width} x {size.Height}";
}
