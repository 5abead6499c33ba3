using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Errors;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>Images with the class of each, as an index among the labels.</summary>
/// <param name="Images">The images.</param>
/// <param name="Labels">The class of each.</param>
/// <param name="Weights">The training weight of each; null where all are equal.</param>
internal sealed record ImageSet(IReadOnlyList<ImageSource> Images, IReadOnlyList<int> Labels, IReadOnlyList<float>? Weights = null)
{
    public int Count => Images.Count;

    /// <summary>Identifies the set: its size, and a hash of the names, classes and weights in order.</summary>
    public string Fingerprint
    {
        get
        {
            byte[] text = Encoding.UTF8.GetBytes(
                string.Join('\n', Images.Select(
                (image, index) => $"{Labels[index]} {image.Name}{(Weights is null ? "" : $" {Weights[index]:R}")}")));
            return $"{Count} ({Convert.ToHexStringLower(SHA256.HashData(text))[..12]})";
        }
    }

    public ImageSet At(IReadOnlyList<int> indices) =>
        new([.. indices.Select(index => Images[index])], [.. indices.Select(index => Labels[index])],
        Weights is null ? null : [.. indices.Select(index => Weights[index])]);
}

/// <summary>Reads images and labels from an <see cref="IDataView"/>: files stay paths, in-memory images are kept in memory.</summary>
internal static class ImageReader
{
    /// <summary>All rows that have a label.</summary>
    public static ImageSet Read(IDataView data, string imageColumnName, string labelColumnName, IReadOnlyList<string> classes,
        string? weightColumnName = null)
    {
        DataViewSchema.Column column = ImageColumn.Find(data.Schema, imageColumnName);
        DataViewSchema.Column? weightColumn = weightColumnName is null ? null : WeightColumn.Find(data.Schema, weightColumnName);
        using DataViewRowCursor cursor = data.GetRowCursor(
            [column, data.Schema[labelColumnName], .. weightColumn is { } read ? [read] : Array.Empty<DataViewSchema.Column>()]);
        Func<ImageSource> image = ImageColumn.Reader(cursor, column);
        Func<int> label = LabelColumn.Reader(cursor, data.Schema, labelColumnName, classes);
        var images = new List<ImageSource>();
        var labels = new List<int>();
        Func<float>? weight = weightColumn is { } weighted ? WeightColumn.Reader(cursor, weighted) : null;
        List<float>? weights = weight is null ? null : [];
        while (cursor.MoveNext())
        {
            int index = label();
            if (index < 0) continue;
            images.Add(image());
            labels.Add(index);
            if (weight is not null) weights!.Add(weight());
        }

        return new ImageSet(images, labels, weights);
    }
}

/// <summary>The images of a training, read from data views, divided and checked.</summary>
/// <param name="Classes">The names of the classes.</param>
/// <param name="LabelKind">The type of the labels.</param>
/// <param name="ImageColumnName">The column that they come from.</param>
/// <param name="Training">The images to train on.</param>
/// <param name="Validation">The images to choose by; null where there are none.</param>
internal sealed record TrainingImages(
    IReadOnlyList<string> Classes, LabelKind LabelKind, string ImageColumnName, ImageSet Training, ImageSet? Validation)
{
    /// <exception cref="OptionException">There are no images to train on, or none to validate on.</exception>
    /// <exception cref="InvalidDataException">A class has no image that can be read.</exception>
    public static TrainingImages Read(ImageClassificationOptions options, int seed, IDataView input)
    {
        IReadOnlyList<string> classes = LabelColumn.Classes(input.Schema, options.LabelColumnName);
        OptionException.Resolve(nameof(options.ClassWeights), () => options.ClassWeights.For(classes));
        string image = ImageColumn.Find(input.Schema, options.ImageColumnName, options.LabelColumnName).Name;
        ImageSet all = ImageReader.Read(input, image, options.LabelColumnName, classes, options.ExampleWeightColumnName);
        if (all.Count == 0)
            throw new OptionException($"There is nothing to train on: no row has a label in column '{options.LabelColumnName}'.");
        ImageSet? validation = options.Validation is { } view ? ImageReader.Read(view, image, options.LabelColumnName, classes) : null;
        if (validation is { Count: 0 }) throw new OptionException("Validation has no row with a label; leave it null or give it images.");
        if (validation is null && options.ValidationFraction > 0) (all, validation) = HoldBack(all, options, seed);
        foreach (ImageSet set in options.Validation is null ? [all] : new[] { all, validation! })
            ReadableClasses.Check(set, classes, options.Decoding, options.LoaderThreads, options.Cancellation);
        return new(classes, LabelColumn.Kind(input.Schema, options.LabelColumnName), image, all, validation);
    }

    /// <summary>The rows of a set whose images are files; empty where one is none.</summary>
    public IReadOnlyList<ImageRow> Files(ImageSet set) => set.Images.All(image => image is FileImage or ContainedImage)
        ? [.. set.Images.Select((image, index) => new ImageRow(image.Name, Classes[set.Labels[index]]))] : [];

    private static (ImageSet Training, ImageSet? Validation) HoldBack(ImageSet all, ImageClassificationOptions options, int seed)
    {
        if (options.ValidationIsOptional && all.Count * options.ValidationFraction < 1) return (all, null);
        (IReadOnlyList<int> training, IReadOnlyList<int> held) =
            StratifiedSplit.Stratified(all.Labels, options.ValidationFraction, seed);
        if (held.Count == 0 && options.ValidationIsOptional) return (all, null);
        return held.Count > 0
            ? (all.At(training), all.At(held))
            : throw new OptionException("ValidationFraction leaves no validation images: no class has two. Give Validation images of "
                + "its own, or set ValidationFraction to 0.");
    }
}

/// <summary>Finds, before training starts, classes without a single readable image.</summary>
internal static class ReadableClasses
{
    /// <summary>Decodes images of each class until one succeeds.</summary>
    /// <param name="images">Images with their classes; classes without images are ignored.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="decoding">How images are decoded.</param>
    /// <param name="threads">The number of images decoded in parallel; 0: as many as there are processors.</param>
    /// <param name="cancel">Stops the check.</param>
    /// <exception cref="InvalidDataException">Some classes have no readable image, while others have one.</exception>
    public static void Check(
        ImageSet images, IReadOnlyList<string> classes, DecodingOptions decoding, int threads, CancellationToken cancel)
    {
        int[][] ofClass = [.. Enumerable.Range(0, images.Count).GroupBy(index => images.Labels[index]).OrderBy(group => group.Key)
            .Select(group => group.ToArray())];
        ImageException?[] failures = new ImageException?[ofClass.Length];
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = threads > 0 ? threads : Environment.ProcessorCount,
            CancellationToken = cancel,
        };
        Parallel.For(0, ofClass.Length, options, index => failures[index] = FirstFailure(images, ofClass[index], decoding, cancel));
        int[] unreadable = [.. Enumerable.Range(0, ofClass.Length).Where(index => failures[index] is not null)];
        // If no image at all is readable, the training reports it.
        if (unreadable.Length == 0 || unreadable.Length == ofClass.Length)
            return;
        ImageException first = failures[unreadable[0]]!;
        var names = unreadable.Select(index => $"'{classes[images.Labels[ofClass[index][0]]]}'");
        throw new InvalidDataException(
            $"{string.Join(", ", names)} {(unreadable.Length == 1 ? "has" : "have")} no images that can be read; "
            + $"the first is '{first.Name}': {first.Reason}. Add images that can be read, or remove the class.", first);
    }

    /// <summary>The first error where no image can be read; null otherwise.</summary>
    private static ImageException? FirstFailure(ImageSet images, int[] indices, DecodingOptions decoding, CancellationToken cancel)
    {
        ImageException? first = null;
        foreach (int index in indices)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                images.Images[index].Decode(decoding);
                return null;
            }
            catch (ImageException failure)
            {
                first ??= failure;
            }
        }
        return first;
    }
}
