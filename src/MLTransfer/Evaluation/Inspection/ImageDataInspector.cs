using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Estimators;
using MLTransfer.Features;
using MLTransfer.Imaging;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Labeled images, from wherever they come.</summary>
/// <param name="Rows">Their names, labels and splits.</param>
/// <param name="Sources">The images.</param>
/// <param name="Classes">The names of the classes.</param>
internal sealed record LabelledImages(IReadOnlyList<ImageRow> Rows, IReadOnlyList<ImageSource> Sources, IReadOnlyList<string> Classes)
{
    /// <summary>The images of a data set.</summary>
    public static LabelledImages Of(ImageDataset dataset) =>
        new(dataset.Rows, [.. dataset.Rows.Select(row => ImageSource.FromPath(row.ImagePath))], dataset.Classes);

    /// <summary>The images of data views, whose rows belong to the splits train and test where there are two views.</summary>
    /// <exception cref="ArgumentException">A column is missing, or has another type.</exception>
    public static LabelledImages Of(IDataView train, IDataView? test, ImageDataInspectionOptions options)
    {
        IDataView[] views = test is null ? [train] : [train, test];
        string[] classes = [.. views.SelectMany(view => Labels(view, options.LabelColumnName)).Distinct(StringComparer.Ordinal)];
        List<ImageRow> rows = [];
        List<ImageSource> sources = [];
        foreach (IDataView view in views)
        {
            string column = ImageColumn.Find(view.Schema, options.ImageColumnName, options.LabelColumnName).Name;
            ImageSet images = ImageReader.Read(view, column, options.LabelColumnName, classes);
            string? split = test is null ? null : view == test ? SplitNames.Test : SplitNames.Train;
            sources.AddRange(images.Images);
            rows.AddRange(images.Images.Zip(images.Labels, (image, label) => new ImageRow(image.Name, classes[label], split)));
        }

        return new(rows, sources, classes);
    }

    // Classes in text have no order of their own.
    private static IEnumerable<string> Labels(IDataView view, string column) =>
        view.Schema.GetColumnOrNull(column)?.Type is TextDataViewType
            ? view.GetColumn<string>(column).Where(label => label.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            : LabelColumn.Classes(view.Schema, column);
}

/// <summary>Computes the features of labeled images by a pretrained backbone, and inspects these.</summary>
internal static class ImageDataInspector
{
    // Smaller images look alike without being copies, as digits do.
    private const int LeastSide = 32;

    /// <summary>Inspects images.</summary>
    /// <param name="environment">Where what is found is logged, and whose seed decides the folds.</param>
    /// <param name="images">The images.</param>
    /// <param name="options">Which backbone, and what is reported.</param>
    /// <exception cref="ArgumentException">The options or the images cannot be used.</exception>
    /// <exception cref="OperationCanceledException">The inspection was canceled.</exception>
    public static ImageDataInspection Run(IHostEnvironment environment, LabelledImages images, ImageDataInspectionOptions options)
    {
        long start = Stopwatch.GetTimestamp();
        BackboneChoice choice = options.Resolve();
        RequireEnough(images.Rows, options, "");
        int seed = MLNetInternals.Seed(environment) ?? 0;
        using var scope = NewDisposeScope();
        (FeatureSet features, Preprocessing preprocessing) = Extract(environment, images, options, choice, seed);
        ImageRow[] kept = [.. features.Kept.Select(index => images.Rows[index])];
        TrainingRun.CheckReadable(features.Skipped, kept.Length);
        RequireEnough(kept, options, " that can be read");
        TrainingRun.CheckFinite(features, new ImageSet(images.Sources, []));
        string[] classes = [.. images.Classes.Where(kept.Select(row => row.Label).ToHashSet(StringComparer.Ordinal).Contains)];
        return new FeatureInspection(kept, classes, options, seed).Run(
            features.Rows.Read(0, kept.Length), index => Gray(images.Sources[features.Kept[index]], options.Decoding),
            new(choice.Backbone.Name, preprocessing.CropTo, features.Skipped))
            with
        { Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds };
    }

    private static void RequireEnough(IReadOnlyList<ImageRow> rows, ImageDataInspectionOptions options, string which)
    {
        string[] labels = [.. rows.Select(row => row.Label).Distinct(StringComparer.Ordinal).Take(2)];
        if (rows.Count == 0)
            throw new OptionException($"There is nothing to inspect: there is no image with a label{which}.");
        if (labels.Length == 1)
            throw new OptionException($"All images{which} have the label '{labels[0]}'; an inspection compares at least two classes.");
        if (rows.Count < options.Folds)
        {
            throw new OptionException($"Folds is {options.Folds}, and there are only {rows.Count} images{which}. Use fewer folds, or more "
                + "images.");
        }
    }

    private static (FeatureSet Features, Preprocessing Preprocessing) Extract(
        IHostEnvironment environment, LabelledImages images, ImageDataInspectionOptions options, BackboneChoice choice, int seed)
    {
        Device device = Devices.Resolve(options.Device);
        ScalarType type = Devices.Resolve(options.Precision, device);
        using StartingModel? start = StartingModel.Open(choice);
        var network = PretrainedBackbone.Get(environment, options, choice, seed, start);
        if (SmallImages.SizeFor(network, options, options.Decoding, images.Sources) is { } size)
            network = new(environment, options with { ImageSize = size }, network.Backbone, seed, network.Weights, start);
        // The head is not used; a network has one.
        using ImageModel model = network.Build(["features"], ClassifierHead.Linear, device);
        int done = 0;
        // Before a large cache is verified, which takes seconds.
        Report(0);
        using FeatureCache? cache = OpenCache(
            environment, options,
            FeatureSource.Describe(
                model, choice.Backbone.Name, FeatureOutput.Bottleneck, network.Preprocessing, options.Decoding, type, device),
            model.FeatureWidth);
        using var frozen = new FrozenModel(model, type);
        var extractor = new FeatureExtractor(
            frozen, model.FeatureWidth, network.Preprocessing, device, options.LoaderThreads, options.Decoding, seed);
        // All of them are compared with each other.
        var rows = new FeatureRows(images.Sources.Count, model.FeatureWidth, device, inMemory: long.MaxValue);
        FeatureSet features = extractor.Extract(
            images.Sources, rows, cache, (count, _) => Report(count), skip: _ => { }, options.Cancellation);
        return (features, network.Preprocessing);

        void Report(int count) =>
            options.Progress?.Report(new(ImageDataInspectionPhase.Features, done += count, images.Sources.Count));
    }

    // Without a cache, features are computed as well.
    private static FeatureCache? OpenCache(
        IHostEnvironment environment, ImageDataInspectionOptions options, string source, int width)
    {
        try
        {
            return options.CacheFolder is { } folder ? FeatureCache.Open(folder, source, width, options.Cancellation) : null;
        }
        catch (IOException refusal)
        {
            using IChannel channel = environment.Start(nameof(ImageDataInspection));
            channel.Warning(MessageSensitivity.None, $"Features are not kept: {refusal.Message}");
            return null;
        }
    }

    private static GrayLevels? Gray(ImageSource source, DecodingOptions decoding)
    {
        try
        {
            Image image = source.Decode(decoding);
            return Math.Min(image.Width, image.Height) < LeastSide ? null : new GrayLevels(image);
        }
        // It was readable before: its file has vanished since, and is no copy of another.
        catch (ImageException)
        {
            return null;
        }
    }
}
