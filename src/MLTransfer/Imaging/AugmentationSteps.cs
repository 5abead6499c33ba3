using System.Globalization;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer.Imaging;

/// <summary>Training transforms as steps in one word: <c>crop:0.08,flip</c>, <c>shift:0.125,flip</c>, <c>rotate:10</c>.</summary>
internal static class AugmentationSteps
{
    /// <summary>The steps there are, as the end of a sentence.</summary>
    public const string Known = "crop:SCALE (first; the least part of the image, above 0 to 1), shift:FRACTION (above 0 and below 1), "
        + "rotate:DEGREES (above 0 to 180) and flip, with commas, such as crop:0.08,flip";

    /// <summary>
    /// The transforms for the images that a backbone sees; null where the text is no steps. Without a crop they follow those of evaluation.
    /// </summary>
    public static Func<Preprocessing, IReadOnlyList<ImageTransform>>? TryParse(string text)
    {
        string[] words = text.ToLowerInvariant().Split(',');
        bool crops = words[0].StartsWith("crop:", StringComparison.Ordinal);
        Func<Preprocessing, ImageTransform>?[] steps = [.. words.Select((word, index) => Parse(word, isFirst: index == 0))];
        if (steps.Contains(null)) return null;
        return preprocessing =>
            [.. crops ? [] : preprocessing.EvaluationTransforms(), .. steps.Select(step => step!(preprocessing))];
    }

    private static Func<Preprocessing, ImageTransform>? Parse(string word, bool isFirst) => word.Split(':') switch
    {
        ["crop", var scale] when isFirst && Number(scale) is { } least and > 0 and <= 1 => preprocessing =>
            new RandomResizedCrop(preprocessing.CropTo) { Scale = new(least, 1), Interpolation = preprocessing.Interpolation },
        ["shift", var fraction] when Number(fraction) is { } part and > 0 and < 1 => preprocessing =>
            new RandomCrop(preprocessing.CropTo, (int)Math.Round(preprocessing.CropTo * part)),
        ["rotate", var degrees] when Number(degrees) is { } angle and > 0 and <= 180 => _ => new RandomRotation(angle),
        ["flip"] => _ => new RandomHorizontalFlip(),
        _ => null,
    };

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : null;
}
