using Microsoft.ML.Data;
using MLTransfer;
using MLTransfer.Data;

namespace Microsoft.ML;

/// <summary>Data sets of pictures for ML.NET.</summary>
public static class MLTransferDataCatalog
{
    /// <summary>Lists a folder with one sub-folder of pictures per class; see <see cref="ImageFolder.List"/>. No picture is read yet.</summary>
    /// <param name="data">The catalog.</param>
    /// <param name="folder">The folder whose sub-folders are the classes.</param>
    /// <returns>A row for each picture: <c>ImagePath</c> (text) and <c>Label</c> (text).</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without pictures.</exception>
    public static IDataView LoadImageFolder(this DataOperationsCatalog data, string folder)
    {
        ArgumentNullException.ThrowIfNull(data);
        return data.LoadFromEnumerable(ImageFolder.List(folder));
    }
}
