namespace MLTransfer.Data;

/// <summary>Folders of images: one per class, or folders for train, val and test that hold those.</summary>
internal static class FolderDataset
{
    private const string Format = "image folder";

    public static ImageDataset Open(string path, ImageDatasetOptions options)
    {
        FolderTree root = FolderTree.Read(path);
        IReadOnlyList<string> parts = SplitFolders.Among(
            [.. root.Folders.Select(folder => new SplitFolders.Folder(folder.Name, folder.Folders.Count > 0, folder.AllImages().Any()))]);
        FolderTree[] folders = parts.Count == 0
            ? [root]
            : [.. root.Folders.Where(folder => parts.Contains(folder.Name, StringComparer.Ordinal))];
        List<ImageRow> rows = [];
        List<string> warnings = [];
        LeftOutList leftOut = new();
        if (parts.Count > 0)
        {
            leftOut.AddIn(path, root);
            leftOut.AddAll(LeftOutKind.Stray, path,
                [.. root.Images, .. root.Folders.Except(folders).Select(folder => folder.Path + Path.DirectorySeparatorChar)]);
        }
        foreach (FolderTree folder in folders)
        {
            IReadOnlyList<ImageFile> files = Files(folder, options, warnings);
            rows.AddRange(files.Select(file =>
                new ImageRow(file.ImagePath, file.Label, parts.Count == 0 ? null : SplitNames.Of(folder.Name))));
            leftOut.AddBelow(path, folder);
            leftOut.AddAll(LeftOutKind.Stray, path, folder.Images);
        }
        return new ImageDataset(path, Format, rows, classes: null, warnings, leftOut.ToList());
    }

    private static IReadOnlyList<ImageFile> Files(FolderTree folder, ImageDatasetOptions options, List<string> warnings)
    {
        if (!options.IsTestSet)
            return ImageFolder.ListAllClasses(folder);
        ImageFolder.RequireClasses(folder);
        IReadOnlyList<ImageFile> files = ImageFolder.ListClasses(folder);
        if (ImageFolder.Empty(folder, files) is { Count: > 0 } empty)
            warnings.Add($"In the folder '{folder.Path}', {ImageFolder.Quoted(empty)} {(empty.Count == 1 ? "has" : "have")} no images.");
        return files;
    }
}
