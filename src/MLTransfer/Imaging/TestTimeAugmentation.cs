using System.Globalization;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Transforms;

namespace MLTransfer;

/// <summary>
/// Test-time augmentation: several views of an image are scored, and the probabilities, after softmax, are averaged (Krizhevsky et al.
/// 2012, section 4.1, with ten crops). It takes as many times as long as there are views. One word on the command line and in model files:
/// <c>none</c>, <c>flip</c>, <c>five-crop</c>, <c>ten-crop</c>, <c>views:8</c>.
/// </summary>
public sealed record TestTimeAugmentation
{
    private const int MostRandomViews = 100;
    private const int UsualRandomViews = 8;

    // Bounds the memory of one image: 1 GiB of float32 colors.
    private const long MostPixels = 1L << 28;

    private readonly string _word;

    private TestTimeAugmentation(string word, int views) => (_word, Views) = (word, views);

    /// <summary>The image as evaluation sees it, alone.</summary>
    public static TestTimeAugmentation None { get; } = new("none", 1);

    /// <summary>
    /// The image as evaluation sees it, and its mirror image. Not for images in which left and right matter, such as text.
    /// </summary>
    public static TestTimeAugmentation Flip { get; } = new("flip", 2);

    /// <summary>
    /// The four corners and the center of the resized image, as torchvision's <c>FiveCrop</c>. For preprocessing that ends by cutting the
    /// center.
    /// </summary>
    public static TestTimeAugmentation FiveCrop { get; } = new("five-crop", 5);

    /// <summary>The crops of <see cref="FiveCrop"/> and those of the mirror image, as torchvision's <c>TenCrop</c>.</summary>
    public static TestTimeAugmentation TenCrop { get; } = new("ten-crop", 10);

    /// <summary>The number of views of an image: one image costs as much as so many.</summary>
    public int Views { get; }

    /// <summary>
    /// The image as evaluation sees it, and random views as of <see cref="Preprocessing.TrainingTransforms"/>, crops and flips. They are
    /// drawn once for all images: an image always gets the same views.
    /// </summary>
    /// <param name="count">How many random views, from 1 to 100. Default: 8.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is outside that range.</exception>
    public static TestTimeAugmentation RandomViews(int count = UsualRandomViews)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostRandomViews);
        return new(FormattableString.Invariant($"views:{count}"), count + 1);
    }

    /// <summary>Parses what <see cref="ToString"/> writes; the number of views may be left out.</summary>
    /// <param name="text"><c>none</c>, <c>flip</c>, <c>five-crop</c>, <c>ten-crop</c> or <c>views[:COUNT]</c>; case is ignored.</param>
    /// <exception cref="FormatException">It is none of them, or the number is outside its range.</exception>
    public static TestTimeAugmentation Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] words = text.ToLowerInvariant().Split(':');
        TestTimeAugmentation[] fixedViews = [None, Flip, FiveCrop, TenCrop];
        TestTimeAugmentation? parsed = words switch
        {
            [var word] when fixedViews.FirstOrDefault(each => each._word == word) is { } found => found,
            ["views"] => RandomViews(),
            ["views", var number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
                && count is >= 1 and <= MostRandomViews => RandomViews(count),
            _ => null,
        };
        return parsed ?? throw new FormatException(
            $"There is no test-time augmentation '{text}'. It must be {string.Join(", ", fixedViews.Select(each => each._word))} or "
            + $"views:N, such as views:8, with a number from 1 to {MostRandomViews}.");
    }

    /// <summary>The augmentation in one word.</summary>
    public override string ToString() => _word;

    /// <summary>Why images with such a preprocessing cannot be seen so, as a part of a sentence; null where they can.</summary>
    internal string? Complaint(Preprocessing preprocessing)
    {
        if (this != None && (long)preprocessing.CropTo * preprocessing.CropTo * Views > MostPixels)
            return $"{Views} views of {preprocessing.CropTo} × {preprocessing.CropTo} pixels are too many for one image";
        if (this != FiveCrop && this != TenCrop) return null;
        if (!CutsCenter(preprocessing))
        {
            return $"{_word} cuts where the preprocessing cuts the center, and its transforms do not end with "
                + $"{nameof(CenterCrop)}({preprocessing.CropTo}); flip and views:N do not need it";
        }

        return preprocessing.Transforms is null && preprocessing.ResizeTo < preprocessing.CropTo
            ? $"images are resized to {preprocessing.ResizeTo} pixels, too few for crops of {preprocessing.CropTo}"
            : null;
    }

    /// <summary>
    /// What images go through: transforms that end with squares of <see cref="Preprocessing.CropTo"/> pixels, or, of several views, with
    /// these squares one below the other.
    /// </summary>
    /// <param name="preprocessing">One that there is no <see cref="Complaint"/> about.</param>
    internal IReadOnlyList<ImageTransform> Transforms(Preprocessing preprocessing)
    {
        ImageTransform[] plain = [.. preprocessing.EvaluationTransforms()];
        int side = preprocessing.CropTo;
        return _word switch
        {
            "none" => plain,
            "flip" => [.. plain, new ViewStack([[], [new RandomHorizontalFlip(1)]], side)],
            "five-crop" => [.. plain[..^1], new ViewStack(TestTimeCrops.Five(side), side)],
            "ten-crop" => [.. plain[..^1], new ViewStack(TestTimeCrops.Ten(side), side)],
            _ => [new ViewStack([plain, .. Enumerable.Repeat(preprocessing.TrainingTransforms(), Views - 1)], side)],
        };
    }

    private static bool CutsCenter(Preprocessing preprocessing) =>
        preprocessing.EvaluationTransforms() is [.., CenterCrop { Size: var size }]
        && size == new ImageDimensions(preprocessing.CropTo, preprocessing.CropTo);
}
