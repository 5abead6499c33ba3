namespace MLTransfer.Data;

/// <summary>Folders of pictures: one per class, or folders for train, val and test that hold those.</summary>
internal static class FolderDataset
{
    private const string Format = "image folder";

    public static ImageDataset Open(string folder)
    {
        string[] splits = [.. PictureFiles.SubFolders(folder)];
        return AreSplits(splits)
            ? new ImageDataset(folder, Format, [.. splits.SelectMany(split => Rows(split, SplitNames.Of(Path.GetFileName(split))))])
            : new ImageDataset(folder, Format, [.. Rows(folder, split: null)]);
    }

    // Classes may be called train and test, too: then the pictures lie in them, not in folders below.
    private static bool AreSplits(string[] folders) =>
        folders.Length > 0 && folders.All(folder => SplitNames.IsUsual(Path.GetFileName(folder))) && folders.All(folder => PictureFiles.SubFolders(folder).Any());

    private static IEnumerable<ImageRow> Rows(string folder, string? split) =>
        ImageFolder.List(folder).Select(file => new ImageRow(file.ImagePath, file.Label, split));
}
