using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;
using MLTransfer.Imaging;

namespace MLTransfer;

/// <summary>
/// What features of a pretrained backbone tell about a data set: the result of <c>ml.Data.InspectImages</c>. Each list is a list of
/// suggestions, for a person to look at.
/// </summary>
public sealed record ImageDataInspection
{
    /// <summary>The backbone whose features were compared.</summary>
    public required string Backbone { get; init; }

    /// <summary>The side in pixels of what the backbone saw.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The number of images that were compared.</summary>
    public required int Images { get; init; }

    /// <summary>The classes, in ordinal order, or in that of the keys.</summary>
    public required IReadOnlyList<ClassInspection> Classes { get; init; }

    /// <summary>
    /// The fraction of the images whose label linear heads predict while the image is held out: how far the labels follow from the
    /// features.
    /// </summary>
    public required double Accuracy { get; init; }

    /// <summary>
    /// Images whose label may be wrong, the most suspect first. Labels of classes with fewer than
    /// <see cref="ClassInspection.LeastImages"/> images are not judged.
    /// </summary>
    public required IReadOnlyList<SuspectLabel> SuspectLabels { get; init; }

    /// <summary>
    /// Groups of images that show the same: first those with different labels, then those across splits, then all others.
    /// </summary>
    public required IReadOnlyList<NearDuplicates> NearDuplicates { get; init; }

    /// <summary>Images unlike all others, the farthest first.</summary>
    public required IReadOnlyList<ImageOutlier> Outliers { get; init; }

    /// <summary>Pairs of classes that are hard to tell apart, the hardest first.</summary>
    public required IReadOnlyList<ConfusableClasses> ConfusableClasses { get; init; }

    /// <summary>How accuracy grows with the number of images.</summary>
    public required LearningCurve LearningCurve { get; init; }

    /// <summary>The images that could not be read, and why.</summary>
    public required IReadOnlyList<SkippedImage> Skipped { get; init; }

    /// <summary>The duration in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>How the images were decoded: the page decodes them the same way.</summary>
    internal DecodingOptions Decoding { get; init; } = DecodingOptions.Default;

    /// <summary>
    /// Writes one HTML page with thumbnails, which loads nothing from elsewhere: suspect labels, near duplicates side by side, outliers,
    /// confusable classes and the learning curve. An existing file is replaced once the new one is complete.
    /// </summary>
    /// <param name="path">The file, in an existing folder.</param>
    /// <param name="title">The title of the page; null: one that counts the findings.</param>
    /// <param name="cancel">Stops; nothing is written then.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it and says why.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public void WriteReport(string path, string? title = null, CancellationToken cancel = default) =>
        ImageDataReport.Write(path, this, title, cancel);
}

/// <summary>A class of a data set.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Images">Its number of images.</param>
/// <param name="Accuracy">The fraction of them that linear heads classify correctly while they are held out.</param>
public sealed record ClassInspection(string Label, int Images, double Accuracy)
{
    /// <summary>Labels of smaller classes are not judged: 5.</summary>
    public const int LeastImages = 5;
}

/// <summary>An image whose label may be wrong.</summary>
/// <param name="Image">The image with its label.</param>
/// <param name="SuggestedLabel">The most probable class.</param>
/// <param name="LabelProbability">The probability of the given label, by heads that were not trained on the image.</param>
/// <param name="SuggestedProbability">The probability of the suggested label.</param>
/// <param name="Support">
/// The probability of the given label, relative to the fraction of all images that have it: below 1, the image makes its label less
/// probable than a guess without looking.
/// </param>
public sealed record SuspectLabel(
    ImageRow Image, string SuggestedLabel, double LabelProbability, double SuggestedProbability, double Support);

/// <summary>Images that show the same.</summary>
/// <param name="Images">At least two images.</param>
/// <param name="Similarity">The cosine similarity of their features, less the mean of all images; in a larger group the lowest of the pairs
/// that hold it together.</param>
public sealed record NearDuplicates(IReadOnlyList<ImageRow> Images, double Similarity)
{
    /// <summary>Whether the images have different labels, of which at most one is right.</summary>
    public bool LabelsDisagree => Images.DistinctBy(image => image.Label, StringComparer.Ordinal).Skip(1).Any();

    /// <summary>Whether the images are in different splits: a model is then tested on what it was trained on.</summary>
    public bool IsLeakage => Images.DistinctBy(image => image.Split, StringComparer.Ordinal).Skip(1).Any();
}

/// <summary>An image unlike all others.</summary>
/// <param name="Image">The image with its label.</param>
/// <param name="Distance">The distance of its features, scaled to length 1, from those of its tenth nearest neighbor among all images; 0 to
/// 2.</param>
/// <param name="Score">How far this is above the median of its class, in standard deviations as the median absolute deviation estimates
/// them.</param>
public sealed record ImageOutlier(ImageRow Image, double Distance, double Score);

/// <summary>Two classes that are hard to tell apart.</summary>
/// <param name="First">The one.</param>
/// <param name="Second">The other.</param>
/// <param name="Rate">The fraction of the images of both that are taken for the other class while they are held out.</param>
/// <param name="FirstAsSecond">Images of the first class that are taken for the second, the most certain first.</param>
/// <param name="SecondAsFirst">Images of the second class that are taken for the first, the most certain first.</param>
public sealed record ConfusableClasses(
    string First, string Second, double Rate, IReadOnlyList<ImageRow> FirstAsSecond, IReadOnlyList<ImageRow> SecondAsFirst);
