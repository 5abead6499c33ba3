using Microsoft.ML.Data;
using MLTransfer;
using MLTransfer.Catalog;
using MLTransfer.Data;
using MLTransfer.Evaluation.Inspection;

namespace Microsoft.ML;

/// <summary>Data sets of images for ML.NET.</summary>
public static class MLTransferDataCatalog
{
    /// <summary>
    /// Lists a folder with one sub-folder of images per class, by the rules of torchvision's <c>ImageFolder</c>: an image in a folder below
    /// a class belongs to the class; hidden files are left out. No image is read yet.
    /// </summary>
    /// <param name="data">The catalog.</param>
    /// <param name="folder">The folder whose sub-folders are the classes.</param>
    /// <returns>A row for each image: <c>ImagePath</c> (text) and <c>Label</c> (text).</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without images.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog data, string folder)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.LoadFromEnumerable(ImageFolder.List(folder).Select(ToImageFile).ToList());
    }

    /// <summary>
    /// Opens a data set of any form: folder, folder with splits, manifest, archive, IDX or CIFAR files; see
    /// <see cref="ImageDataset.Open"/>. No image is decoded yet.
    /// </summary>
    /// <param name="data">The catalog.</param>
    /// <param name="path">A folder or a file.</param>
    /// <param name="split">The split to take, such as <c>train</c>; null: all rows.</param>
    /// <param name="options">How to read it; null: the defaults.</param>
    /// <returns>A row for each image: <c>ImagePath</c> (text), <c>Label</c> (text), and <c>Weight</c> (single) where the data set has
    /// weights.</returns>
    /// <exception cref="ArgumentException">There is no such split.</exception>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It is not a data set, or a damaged or contradictory one.</exception>
    public static IDataView LoadImages(
        this DataOperationsCatalog data, string path, string? split = null, ImageDatasetOptions? options = null)
    {
        ImageDataset dataset = ImageDataset.Open(path, options);
        return data.LoadImages(split is null ? dataset : dataset.Part(split));
    }

    /// <summary>Returns the rows of an open data set.</summary>
    /// <param name="data">The catalog.</param>
    /// <param name="dataset">The data set, or a part of one.</param>
    /// <returns>A row for each image: <c>ImagePath</c> (text), <c>Label</c> (text), and <c>Weight</c> (single) where the data set has
    /// weights.</returns>
    public static IDataView LoadImages(this DataOperationsCatalog data, ImageDataset dataset)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(dataset);
        return dataset.HasWeights
            ? data.LoadFromEnumerable(dataset.Rows.Select(ToWeightedImageFile).ToList())
            : data.LoadFromEnumerable(dataset.Rows.Select(ToImageFile).ToList());
    }

    /// <summary>
    /// Looks at labeled images before a training, by the features of a pretrained backbone: labels that may be wrong, near duplicates
    /// within and across splits, outliers, classes that are hard to tell apart, and what more images would give. The <c>MLContext</c>'s
    /// seed decides the folds of the cross-validation.
    /// </summary>
    /// <param name="data">The catalog.</param>
    /// <param name="train">The images, as <c>LoadImages</c> returns them, or any view with a column of images and one of labels.</param>
    /// <param name="test">The images of a test, which are inspected together with the others; null: none.</param>
    /// <param name="options">Which backbone, and what is reported; null: the defaults.</param>
    /// <exception cref="ArgumentException">The options cannot be used, a column is missing, or there are fewer than two classes.
    /// </exception>
    /// <exception cref="MLTransfer.Weights.WeightsException">The weights are missing or unreadable, or belong to another network.
    /// </exception>
    /// <exception cref="OperationCanceledException">The inspection was canceled.</exception>
    public static ImageDataInspection InspectImages(
        this DataOperationsCatalog data, IDataView train, IDataView? test = null, ImageDataInspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        options ??= new();
        return ImageDataInspector.Run(MLTransferCatalog.Prepared(data), LabelledImages.Of(train, test, options), options);
    }

    /// <summary>Looks at all splits of an open data set, or at a part of one.</summary>
    /// <param name="data">The catalog.</param>
    /// <param name="dataset">The data set.</param>
    /// <param name="options">Which backbone, and what is reported; null: the defaults.</param>
    /// <inheritdoc cref="InspectImages(DataOperationsCatalog, IDataView, IDataView?, ImageDataInspectionOptions?)"/>
    public static ImageDataInspection InspectImages(
        this DataOperationsCatalog data, ImageDataset dataset, ImageDataInspectionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        return ImageDataInspector.Run(MLTransferCatalog.Prepared(data), LabelledImages.Of(dataset), options ?? new());
    }

    private static ImageFile ToImageFile(ImageRow row) => new() { ImagePath = row.ImagePath, Label = row.Label };

    private static WeightedImageFile ToWeightedImageFile(ImageRow row) =>
        new() { ImagePath = row.ImagePath, Label = row.Label, Weight = row.Weight ?? 1 };
}
