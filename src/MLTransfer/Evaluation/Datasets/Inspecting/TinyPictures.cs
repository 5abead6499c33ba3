using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspecting;

/// <summary>Pictures with few pixels: each a problem among larger ones, and one problem together where the data set is made of them.</summary>
internal static class TinyPictures
{
    public static bool Is(PictureSize size, InspectionOptions options) => Math.Min(size.Width, size.Height) < options.SmallestSide;

    public static IEnumerable<DatasetProblem> Of(IReadOnlyList<InspectedPicture> pictures, InspectionOptions options)
    {
        InspectedPicture[] tiny = [.. pictures.Where(picture => Is(picture.Size, options))];
        return tiny.Length > 1 && tiny.Length > pictures.Count / 2
            ? [new(ProblemKind.Tiny, $"{tiny.Length:N0} of {pictures.Count:N0} pictures have a side below {options.SmallestSide} pixels, as the first of them with {Words(tiny[0].Size)}", [])]
            : tiny.Select(picture => new DatasetProblem(ProblemKind.Tiny, $"it has {Words(picture.Size)} pixels", [picture.Row]));
    }

    private static string Words(PictureSize size) => $"{size.Width} x {size.Height}";
}
