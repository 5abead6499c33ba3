using Microsoft.ML.Data;
using MLTransfer;
using MLTransfer.Catalog;
using MLTransfer.Data;

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

    private static ImageFile ToImageFile(ImageRow row) => new() { ImagePath = row.ImagePath, Label = row.Label };

    private static WeightedImageFile ToWeightedImageFile(ImageRow row) =>
        new() { ImagePath = row.ImagePath, Label = row.Label, Weight = row.Weight ?? 1 };
}
