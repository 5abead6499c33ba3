using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// Labeled images in a folder with one sub-folder per class, by the rules of torchvision's <c>ImageFolder</c>, except that .gif files
/// count as images, hidden files do not, and each folder is visited once, whatever links lead to it.
/// </summary>
internal static class ImageFolder
{
    private const int NamedClasses = 5;

    /// <summary>Lists the images of all classes.</summary>
    /// <param name="folder">The folder whose sub-folders are the classes.</param>
    /// <returns>
    /// Images in ordinal order of class, folder and name. An image in a folder below a class belongs to the class; hidden files and
    /// folders are left out. Files count as images by their extension, including those that are later reported as unreadable (.heic
    /// without libheif).
    /// </returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without images.</exception>
    public static IReadOnlyList<ImageRow> List(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ListAllClasses(Tree(folder));
    }

    /// <summary>All images in a folder and the folders below it, whatever their class, in ordinal order of folder and name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> ListImages(string folder) => ListImages(folder, out _);

    /// <summary>All images in a folder and the folders below it, whatever their class, in ordinal order of folder and name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="leftOut">The files in it that are not read, by kind.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> ListImages(string folder, out IReadOnlyList<LeftOutFiles> leftOut)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        FolderTree tree = FolderTree.Read(folder);
        LeftOutList others = new();
        others.AddBelow(folder, tree);
        leftOut = others.ToList();
        return [.. tree.AllImages()];
    }

    /// <summary>The images of all classes in order; classes may be empty.</summary>
    internal static IReadOnlyList<ImageRow> ListClasses(FolderTree folder) =>
    [
        .. folder.Folders.Select(label => (Label: LabelOf(label), Folder: label)).OrderBy(label => label.Label, StringComparer.Ordinal)
            .SelectMany(label => label.Folder.AllImages().Select(path => new ImageRow(path, label.Label))),
    ];

    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without images.</exception>
    internal static IReadOnlyList<ImageRow> ListAllClasses(FolderTree folder)
    {
        RequireClasses(folder);
        IReadOnlyList<ImageRow> files = ListClasses(folder);
        RequireImages(folder, files);
        return Classes(folder) is [var only]
            ? throw new InvalidDataException(
                $"The folder '{folder.Path}' has one class only, '{only}'; at least two are needed to tell them apart. "
                + Expected(folder.Path))
            : files;
    }

    /// <exception cref="InvalidDataException">The folder has no sub-folders.</exception>
    internal static void RequireClasses(FolderTree folder)
    {
        if (folder.Folders.Count == 0)
        {
            throw new InvalidDataException(
                $"The folder '{folder.Path}' has no sub-folders{InsteadOfClasses(folder)}. {Expected(folder.Path)}");
        }
    }

    private static void RequireImages(FolderTree folder, IReadOnlyList<ImageRow> files)
    {
        IReadOnlyList<string> empty = FindEmptyClasses(folder, files);
        if (empty.Count == 0)
            return;
        LeftOutList instead = new();
        foreach (FolderTree label in folder.Folders.Where(label => empty.Contains(LabelOf(label))))
            instead.AddBelow(folder.Path, label);
        string others = instead.ToList() is { Count: > 0 } leftOut ? $", but {string.Join(", ", leftOut)}" : "";
        throw new InvalidDataException(
            $"In the folder '{folder.Path}', {Quoted(empty)} {(empty.Count == 1 ? "has" : "have")} no images "
            + $"({string.Join(", ", ImageFiles.Extensions)}){others}. {Expected(folder.Path)} Add images, or remove the sub-folder.");
    }

    /// <summary>Classes without images.</summary>
    internal static IReadOnlyList<string> FindEmptyClasses(FolderTree folder, IReadOnlyList<ImageRow> files) =>
        [.. Classes(folder).Except(files.Select(file => file.Label), StringComparer.Ordinal)];

    internal static string Quoted(IReadOnlyList<string> names) =>
        Printable.FirstOf([.. names.Select(name => $"'{name}'")], NamedClasses);

    private static FolderTree Tree(string folder) => Directory.Exists(folder)
        ? FolderTree.Read(folder)
        : throw new DirectoryNotFoundException(
            $"There is no folder '{folder}'{(File.Exists(folder) ? "; that is a file" : "")}. {Expected(folder)}");

    // Names that differ only in their Unicode normal form are one class.
    private static IReadOnlyList<string> Classes(FolderTree folder) =>
        [.. folder.Folders.Select(LabelOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string LabelOf(FolderTree folder) => Spelling.ToComposed(UnixNames.Text(folder.Name));

    private static string InsteadOfClasses(FolderTree folder) => folder.Images.Count() is > 0 and var loose
        ? $", only {loose} image{(loose == 1 ? "" : "s")} directly in it"
        : "";

    private static string Expected(string folder) =>
        $"A folder with one sub-folder of images per class is expected, such as '{Path.Combine(folder, "ants")}' and "
        + $"'{Path.Combine(folder, "bees")}'.";
}

/// <summary>Reads a folder with one sub-folder per class, or with folders for train, val and test that contain those.</summary>
internal static class FolderDataset
{
    private const string Format = "image folder";

    public static ImageDataset Open(string path, ImageDatasetOptions options)
    {
        FolderTree root = FolderTree.Read(path);
        IReadOnlyList<string> parts = SplitFolders.Find(
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
            string? split = parts.Count == 0 ? null : SplitNames.Normalize(folder.Name);
            rows.AddRange(ListRows(folder, options, warnings).Select(row => row with { Split = split }));
            leftOut.AddBelow(path, folder);
            leftOut.AddAll(LeftOutKind.Stray, path, folder.Images);
        }
        return new ImageDataset(path, Format, rows, classes: null, warnings, leftOut.ToList());
    }

    private static IReadOnlyList<ImageRow> ListRows(FolderTree folder, ImageDatasetOptions options, List<string> warnings)
    {
        if (!options.IsTestSet)
            return ImageFolder.ListAllClasses(folder);
        ImageFolder.RequireClasses(folder);
        IReadOnlyList<ImageRow> rows = ImageFolder.ListClasses(folder);
        if (ImageFolder.FindEmptyClasses(folder, rows) is { Count: > 0 } empty)
            warnings.Add($"In the folder '{folder.Path}', {ImageFolder.Quoted(empty)} {(empty.Count == 1 ? "has" : "have")} no images.");
        return rows;
    }
}

/// <summary>Tells folders for train, val and test from folders of classes.</summary>
internal static class SplitFolders
{
    /// <summary>
    /// The folders that are splits, with the classes in their sub-folders; none where the folders are classes themselves. Folders named
    /// train and test that contain images directly are classes. Other folders next to the splits, such as annotations, are neither.
    /// </summary>
    /// <param name="folders">All sub-folders of one folder.</param>
    public static IReadOnlyList<string> Find(IReadOnlyList<Folder> folders)
    {
        Folder[] parts = [.. folders.Where(folder => folder.HasFolders && SplitNames.IsKnown(folder.Name))];
        bool isTrained = parts.Any(folder => SplitNames.Normalize(folder.Name) == SplitNames.Train);
        // A single folder named train among other folders of images may be a class; with a second split or no other images it is a split.
        int usual = folders.Where(folder => SplitNames.IsKnown(folder.Name)).DistinctBy(folder => SplitNames.Normalize(folder.Name))
            .Count();
        bool isAlone = folders.Except(parts).All(folder => !folder.HasImages);
        return parts.Length == folders.Count || (isTrained && (usual > 1 || isAlone)) ? [.. parts.Select(folder => folder.Name)] : [];
    }

    /// <summary>A folder: its name, whether it has sub-folders, and whether it contains images at any depth.</summary>
    internal readonly record struct Folder(string Name, bool HasFolders, bool HasImages);
}
