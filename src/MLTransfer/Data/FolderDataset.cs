namespace MLTransfer.Data;

/// <summary>Folders of pictures: one per class, or folders for train, val and test that hold those.</summary>
internal static class FolderDataset
{
    private const string Format = "image folder";

    public static ImageDataset Open(string folder)
    {
        string[] splits = [.. PictureFiles.SubFolders(folder)];
        return SplitFolders.Are(folder, [.. splits.Select(split => (Path.GetFileName(split), PictureFiles.SubFolders(split).Any()))])
            ? new ImageDataset(folder, Format, [.. splits.SelectMany(split => Rows(split, SplitNames.Of(Path.GetFileName(split))))])
            : new ImageDataset(folder, Format, [.. Rows(folder, split: null)]);
    }

    private static IEnumerable<ImageRow> Rows(string folder, string? split) =>
        ImageFolder.List(folder).Select(file => new ImageRow(file.ImagePath, file.Label, split));
}
