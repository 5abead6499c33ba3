using MLTransfer.Data.Samples;

namespace MLTransfer.Data;

/// <summary>Draws small labeled data sets: to try things where there are no images yet, without a download.</summary>
public static class SampleImages
{
    private const int MostPerClass = 1000;

    /// <summary>
    /// Draws color images of 48 × 48 pixels: eight classes of shapes with textures, such as <c>heart-stripes</c>, before random
    /// backgrounds and among random clutter. Shapes and textures are shared between classes, so that neither alone tells them apart.
    /// </summary>
    /// <inheritdoc cref="DrawDigits" path="/param|/returns|/exception"/>
    public static ImageDataset DrawShapes(
        string folder, int trainingPerClass, int validationPerClass, int seed = 1, CancellationToken cancellation = default) =>
        Draw(folder, trainingPerClass, validationPerClass, seed, (part, count, partSeed) =>
            ShapeFiles.Write(new(SceneClass.All, count, partSeed), part, cancellation));

    /// <summary>
    /// Draws gray images of 28 × 28 pixels: the digits 0 to 9 of a display with seven segments, white on black, moved, turned, scaled and
    /// of different thickness.
    /// </summary>
    /// <param name="folder">Gets the folders <c>train</c> and <c>val</c> with a folder of PNG files for each class; files of an earlier
    /// call are replaced. Created if it does not exist.</param>
    /// <param name="trainingPerClass">The number of training images of each class, from 1 to 1,000.</param>
    /// <param name="validationPerClass">The number of other images of each class, from 1 to 1,000.</param>
    /// <param name="seed">Another seed gives other images. Default: 1.</param>
    /// <param name="cancellation">Stops the drawing.</param>
    /// <returns>The data set in the folder, with the splits <c>train</c> and <c>val</c>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number of images is not from 1 to 1,000.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    public static ImageDataset DrawDigits(
        string folder, int trainingPerClass, int validationPerClass, int seed = 1, CancellationToken cancellation = default) =>
        Draw(folder, trainingPerClass, validationPerClass, seed, (part, count, partSeed) =>
            DigitFiles.Write(part, count, partSeed, cancellation));

    private static ImageDataset Draw(
        string folder, int trainingPerClass, int validationPerClass, int seed, Action<string, int, int> draw)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        RequireCount(trainingPerClass, nameof(trainingPerClass));
        RequireCount(validationPerClass, nameof(validationPerClass));
        // No two parts of any seeds have the same images: those of train are even.
        draw(Path.Combine(folder, SplitNames.Train), trainingPerClass, unchecked(2 * seed));
        draw(Path.Combine(folder, SplitNames.Validation), validationPerClass, unchecked(2 * seed + 1));
        return ImageDataset.Open(folder);
    }

    private static void RequireCount(int count, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostPerClass, name);
    }
}
