using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// Labelled images in a folder with one sub-folder per class, by the rules of torchvision's <c>ImageFolder</c>; but files called .gif
/// count as images, too, what is hidden does not, and each folder is visited once, whatever links lead to it.
/// </summary>
public static class ImageFolder
{
    private const int Named = 5;

    /// <summary>Lists the images of all classes.</summary>
    /// <param name="folder">The folder whose sub-folders are the classes.</param>
    /// <returns>
    /// Images in the order of their class, their folder and their name, all ordinal. An image in a folder below a class belongs to
    /// the class; hidden files and folders are left out. Files count as images by their extension, including those that are later
    /// reported as unreadable (.heic without libheif).
    /// </returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without images.</exception>
    public static IReadOnlyList<ImageFile> List(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return ListAllClasses(Tree(folder));
    }

    /// <summary>
    /// The classes of a folder: its sub-folders that are not hidden, in ordinal order. Spellings of one name, composed or not, are one
    /// class.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Classes(string folder) => Classes(Tree(folder));

    /// <summary>All images in a folder and the folders below it, whatever their class, in ordinal order of folder and name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> ListImages(string folder) => ListImages(folder, out _);

    /// <summary>All images in a folder and the folders below it, whatever their class, in ordinal order of folder and name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="leftOut">What lies in it and is not read, by kind.</param>
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

    /// <summary>The images of all classes in their order; classes may be empty.</summary>
    internal static IReadOnlyList<ImageFile> ListClasses(FolderTree folder) =>
    [
        .. folder.Folders.Select(label => (Label: LabelOf(label), Folder: label)).OrderBy(label => label.Label, StringComparer.Ordinal)
            .SelectMany(label => label.Folder.AllImages().Select(path => new ImageFile { ImagePath = path, Label = label.Label })),
    ];

    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without images.</exception>
    internal static IReadOnlyList<ImageFile> ListAllClasses(FolderTree folder)
    {
        RequireClasses(folder);
        IReadOnlyList<ImageFile> files = ListClasses(folder);
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

    private static void RequireImages(FolderTree folder, IReadOnlyList<ImageFile> files)
    {
        IReadOnlyList<string> empty = Empty(folder, files);
        if (empty.Count == 0)
            return;
        LeftOutList instead = new();
        foreach (FolderTree label in folder.Folders.Where(label => empty.Contains(LabelOf(label))))
            instead.AddBelow(folder.Path, label);
        string others = instead.ToList() is { Count: > 0 } leftOut ? $", but {string.Join(", ", leftOut)}" : "";
        throw new InvalidDataException(
            $"In the folder '{folder.Path}', {Quoted(empty)} {(empty.Count == 1 ? "has" : "have")} no images "
            + $"({string.Join(", ", ImageFiles.Extensions)}){others}. "
            + $"{Expected(folder.Path)} Add images, or remove the sub-folder.");
    }

    /// <summary>Classes without images.</summary>
    internal static IReadOnlyList<string> Empty(FolderTree folder, IReadOnlyList<ImageFile> files) =>
        [.. Classes(folder).Except(files.Select(file => file.Label), StringComparer.Ordinal)];

    internal static string Quoted(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Named).Select(name => $"'{name}'")) + (names.Count > Named ? $" and {names.Count - Named} more" : "");

    private static FolderTree Tree(string folder) => Directory.Exists(folder)
        ? FolderTree.Read(folder)
        : throw new DirectoryNotFoundException(
            $"There is no folder '{folder}'{(File.Exists(folder) ? "; that is a file" : "")}. {Expected(folder)}");

    private static IReadOnlyList<string> Classes(FolderTree folder) =>
        [.. folder.Folders.Select(LabelOf).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string LabelOf(FolderTree folder) => Spelling.Composed(UnixNames.Text(folder.Name));

    private static string InsteadOfClasses(FolderTree folder) => folder.Images.Count() is > 0 and var loose
        ? $", only {loose} image{(loose == 1 ? "" : "s")} directly in it"
        : "";

    private static string Expected(string folder) =>
        $"A folder with one sub-folder of images per class is expected, such as '{Path.Combine(folder, "ants")}' and "
            + $"'{Path.Combine(folder, "bees")}'.";
}

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

/// <summary>Tells folders for train, val and test from folders of classes.</summary>
internal static class SplitFolders
{
    /// <summary>
    /// Which of the folders are parts of a data set, with the classes in folders below; none where the folders are classes themselves.
    /// Classes may be called train and test, too: then the images lie in them. Other folders beside the parts, such as annotations, belong
    /// to neither.
    /// </summary>
    /// <param name="folders">Folders that lie beside each other.</param>
    public static IReadOnlyList<string> Among(IReadOnlyList<Folder> folders)
    {
        Folder[] parts = [.. folders.Where(folder => folder.HasFolders && SplitNames.IsUsual(folder.Name))];
        bool isTrained = parts.Any(folder => SplitNames.Of(folder.Name) == SplitNames.Train);
        // One folder called train beside others of images may be a class; beside a second part, or nothing of images, it is none.
        int usual = folders.Where(folder => SplitNames.IsUsual(folder.Name)).DistinctBy(folder => SplitNames.Of(folder.Name)).Count();
        bool isAlone = folders.Except(parts).All(folder => !folder.HasImages);
        return parts.Length == folders.Count || (isTrained && (usual > 1 || isAlone)) ? [.. parts.Select(folder => folder.Name)] : [];
    }

    /// <summary>A folder by its name, whether folders lie in it, and whether images lie in it or below.</summary>
    internal readonly record struct Folder(string Name, bool HasFolders, bool HasImages);
}
