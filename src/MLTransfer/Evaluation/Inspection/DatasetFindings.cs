using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>The findings of an inspection of a data set.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="Classes">Number of images of each class.</param>
/// <param name="Sizes">Sizes of the images; null when none could be read.</param>
/// <param name="Problems">The problems, the most serious first.</param>
/// <param name="Seconds">Duration of the inspection.</param>
public sealed record DatasetFindings(
    ImageDataset Dataset, IReadOnlyList<ClassCount> Classes, SizeRange? Sizes, IReadOnlyList<DatasetProblem> Problems, double Seconds)
{
    /// <summary>How the images were decoded: a report decodes them the same way.</summary>
    internal DecodingOptions Decoding { get; init; } = DecodingOptions.Default;
}

/// <summary>Number of images of a class.</summary>
/// <param name="Label">Name of the class.</param>
/// <param name="Images">Number of images in the whole data set.</param>
/// <param name="PerSplit">Number of images by split; empty when the data set has no splits.</param>
public sealed record ClassCount(string Label, int Images, IReadOnlyDictionary<string, int> PerSplit)
{
    internal static ClassCount[] CountAll(ImageDataset dataset)
    {
        var rows = dataset.Rows.ToLookup(row => row.Label, StringComparer.Ordinal);
        return [.. dataset.Classes.Select(label => new ClassCount(label, rows[label].Count(),
            dataset.Splits.ToDictionary(split => split, split => rows[label].Count(row => row.Split == split))))];
    }
}

/// <summary>Range of image sizes, ordered by number of pixels.</summary>
/// <param name="Smallest">The size with the fewest pixels.</param>
/// <param name="Median">The median size.</param>
/// <param name="Largest">The size with the most pixels.</param>
public sealed record SizeRange(ImageDimensions Smallest, ImageDimensions Median, ImageDimensions Largest)
{
    internal static SizeRange? Measure(IEnumerable<ImageDimensions> sizes)
    {
        ImageDimensions[] ordered = [.. sizes.OrderBy(size => (long)size.Width * size.Height).ThenBy(size => size.Width)];
        return ordered.Length == 0 ? null : new(ordered[0], ordered[ordered.Length / 2], ordered[^1]);
    }
}
