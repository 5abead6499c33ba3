using Microsoft.ML;
using Microsoft.ML.Runtime;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;
using MLTransfer.Training;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>
/// Tries trainings within a time - a head on features, fine-tuning of the upper layers and of all, by several recipes and at several image
/// sizes - and keeps the model that does best on the validation images. Features by the default recipe come first, so that the result is
/// never worse than they are on these images; images that no choice depends on measure the result.
/// </summary>
public sealed class AutoEstimator : IEstimator<ImageClassificationTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly AutoOptions _options;
    private readonly WeightsReference _weights;
    private readonly int _seed;

    internal AutoEstimator(IHostEnvironment environment, AutoOptions options)
    {
        (_environment, _options) = (environment, options);
        _weights = options.Resolve().Weights;
        _seed = MLNetInternals.Seed(environment) ?? 0;
    }

    /// <summary>Searches for the best model. All randomness comes from the seed of the <see cref="MLContext"/>; which trials there is time
    /// for depends on the machine.</summary>
    /// <param name="input">Images and labels.</param>
    /// <returns>The best model; its <see cref="ImageClassificationTransformer.Training"/> describes its training, with
    /// <see cref="TrainingSummary.Trials"/> and <see cref="TrainingSummary.TestAccuracy"/>.</returns>
    /// <exception cref="ArgumentException">A named column does not exist or does not fit, the labels cannot be used, or there are too few
    /// images to validate and to test.</exception>
    /// <exception cref="WeightsException">The weights are missing or unreadable, or belong to another network.</exception>
    /// <exception cref="ImageException">An image cannot be read and <see cref="ImageClassificationOptions.StopOnBadImage"/> is set, or none
    /// can.</exception>
    /// <exception cref="InvalidDataException">A class has no image that can be read.</exception>
    /// <exception cref="InvalidOperationException">The features are NaN or infinite.</exception>
    /// <exception cref="IOException">The folder of TensorBoard or of the features cannot be written to.</exception>
    /// <exception cref="OperationCanceledException">It was canceled before the first trial had a model.</exception>
    public ImageClassificationTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        using WatchedTraining watched = WatchedTraining.Of(_options);
        var options = (AutoOptions)watched.Options;
        // A download takes nothing of the time.
        if (_weights.Remote is not null) PretrainedWeights.Get(_weights, options, _environment);
        TrainingImages images = TrainingImages.Read(options, _seed, input);
        ImageSet test;
        (images, test) = options.Test is { } view ? (images, Read(view, images)) : Halved(images);
        using IChannel channel = _environment.Start(nameof(AutoEstimator));
        WarnOfLeaks(channel, images, test);
        if (options.StopOnBadImage) RequireReadable(test, options);
        return new AutoRun(_environment, channel, options, images, test).Run();
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        new FeatureExtractionEstimator(_environment, _options.Features(Recipe.Default)).GetOutputSchema(inputSchema);

    private ImageSet Read(IDataView view, TrainingImages images)
    {
        ImageSet test = ImageReader.Read(view, images.ImageColumnName, _options.LabelColumnName, images.Classes);
        if (test.Count == 0) throw new OptionException("Test has no row with a label; leave it null or give it images.");
        ReadableClasses.Check(test, images.Classes, _options.Decoding, _options.LoaderThreads, _options.Cancellation);
        return test;
    }

    // The trials read the other images; these come last, when much time has gone.
    private static void RequireReadable(ImageSet test, AutoOptions options)
    {
        foreach (ImageSource image in test.Images)
        {
            options.Cancellation.ThrowIfCancellationRequested();
            image.Decode(options.Decoding);
        }
    }

    private static void WarnOfLeaks(IChannel channel, TrainingImages images, ImageSet test)
    {
        IEnumerable<ImageSource> chosenBy = images.Training.Images.Concat(images.Validation!.Images);
        HashSet<string> seen = [.. chosenBy.Where(IsFile).Select(image => image.Name)];
        int leaks = test.Images.Count(image => IsFile(image) && seen.Contains(image.Name));
        if (leaks > 0)
        {
            channel.Warning(
                MessageSensitivity.None,
                $"{leaks} of {test.Count} test images are training or validation images, too: the accuracy on them says little.");
        }

        static bool IsFile(ImageSource image) => image is FileImage or ContainedImage;
    }

    /// <summary>Puts half of the validation images aside for the test.</summary>
    private (TrainingImages Images, ImageSet Test) Halved(TrainingImages images)
    {
        ImageSet held = images.Validation!;
        (IReadOnlyList<int> kept, IReadOnlyList<int> test) = StratifiedSplit.Stratified(held.Labels, 0.5, _seed);
        return test.Count > 0
            ? (images with { Validation = held.At(kept) }, held.At(test))
            : throw new OptionException(
                "There are too few validation images to put half of them aside for the test: no class has two. Give Test images of its "
                + "own, more Validation images, or a larger ValidationFraction.");
    }
}
