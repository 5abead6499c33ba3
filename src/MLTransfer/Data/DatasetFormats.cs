namespace MLTransfer.Data;

/// <summary>Finds out which form a data set has.</summary>
internal static class DatasetFormats
{
    private const string Expected =
        "A folder with one sub-folder of images per class, a manifest (.csv, .tsv, .jsonl), a .zip or .tar archive, IDX files as of "
        + "MNIST, or CIFAR files are expected.";

    // Where torchvision keeps the files of MNIST.
    private const string Raw = "raw";

    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="InvalidDataException">It has none of the forms, or is damaged.</exception>
    public static ImageDataset Open(string path, ImageDatasetOptions options)
    {
        if (Directory.Exists(path))
            return OpenFolder(path, options);
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file or folder '{path}'. {Expected}", path);
        if (Manifest.LooksLike(path))
            return Manifest.Read(path, options);
        if (CifarBinary.IsNamedSo(path) && !CifarBinary.LooksLike(path, new FileInfo(path).Length))
            throw CifarBinary.WrongLength(path);
        return SharedContainer.Find(path)!.TryOpen() switch
        {
            null => throw new InvalidDataException($"'{path}' is no data set. {Expected}"),
            IdxImages => IdxDataset.OfFile(path),
            CifarImages images => CifarDataset.OfFile(path, images),
            var archive => ArchiveDataset.Of(path, archive),
        };
    }

    private static ImageDataset OpenFolder(string path, ImageDatasetOptions options) =>
        IdxDataset.InFolder(path)
        ?? (Directory.Exists(Path.Combine(path, Raw)) ? IdxDataset.InFolder(Path.Combine(path, Raw)) : null)
        ?? CifarDataset.InFolder(path)
        ?? FolderDataset.Open(path, options);
}
