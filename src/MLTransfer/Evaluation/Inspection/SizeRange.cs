using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>The sizes of images, in the order of their numbers of pixels.</summary>
/// <param name="Smallest">The size with the fewest pixels.</param>
/// <param name="Median">The size in the middle.</param>
/// <param name="Largest">The size with the most pixels.</param>
public sealed record SizeRange(ImageDimensions Smallest, ImageDimensions Median, ImageDimensions Largest)
{
    internal static SizeRange? Of(IEnumerable<ImageDimensions> sizes)
    {
        ImageDimensions[] ordered = [.. sizes.OrderBy(size => (long)size.Width * size.Height).ThenBy(size => size.Width)];
        return ordered.Length == 0 ? null : new(ordered[0], ordered[ordered.Length / 2], ordered[^1]);
    }
}
