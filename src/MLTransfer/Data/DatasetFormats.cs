namespace MLTransfer.Data;

/// <summary>Finds out which form a data set has.</summary>
internal static class DatasetFormats
{
    private const string Expected = "A folder with one sub-folder of pictures per class, a manifest (.csv, .tsv, .jsonl), a .zip or .tar archive, IDX files as of MNIST, or CIFAR files are expected.";

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It has none of the forms, or is damaged.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions options)
    {
        if (Directory.Exists(path))
            return FolderDataset.Open(path);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'. {Expected}", path);
        throw new InvalidDataException($"'{path}' is no data set. {Expected}");
    }
}
