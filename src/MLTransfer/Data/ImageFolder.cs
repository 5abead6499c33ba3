namespace MLTransfer.Data;

/// <summary>Labelled pictures in a folder with one sub-folder per class, by the rules of torchvision's <c>ImageFolder</c>; but files called .gif count as pictures, too, and what is hidden does not.</summary>
public static class ImageFolder
{
    private const int Named = 5;

    /// <summary>Lists the pictures of all classes.</summary>
    /// <param name="folder">The folder whose sub-folders are the classes.</param>
    /// <returns>
    /// Pictures in the order of their class, their folder and their name, all ordinal. A picture in a folder below a class belongs to
    /// the class; hidden files and folders are left out. Files count as pictures by their extension, including those that are later
    /// reported as unreadable (.heic without libheif).
    /// </returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">The folder has no classes, one class only, or a class without pictures.</exception>
    public static IReadOnlyList<ImageFile> List(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        IReadOnlyList<string> classes = Classes(folder);
        if (classes.Count == 0)
            throw new InvalidDataException($"The folder '{folder}' has no sub-folders{InsteadOfClasses(folder)}. {Expected(folder)}");
        var files = classes.SelectMany(label => ListPictures(Path.Combine(folder, label)).Select(path => new ImageFile { ImagePath = path, Label = label })).ToList();
        var empty = classes.Except(files.Select(file => file.Label), StringComparer.Ordinal).ToList();
        if (empty.Count > 0)
            throw new InvalidDataException($"In the folder '{folder}', {Quoted(empty)} {(empty.Count == 1 ? "has" : "have")} no pictures ({string.Join(", ", PictureFiles.Extensions)}). {Expected(folder)} Add pictures, or remove the sub-folder.");
        if (classes.Count == 1)
            throw new InvalidDataException($"The folder '{folder}' has one class only, {Quoted(classes)}; at least two are needed to tell them apart. {Expected(folder)}");
        return files;
    }

    /// <summary>The classes of a folder: its sub-folders that are not hidden, in ordinal order.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> Classes(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'{(File.Exists(folder) ? "; that is a file" : "")}. {Expected(folder)}");
        return PictureFiles.SubFolders(folder).Select(path => Path.GetFileName(path)).ToList();
    }

    /// <summary>All pictures in a folder and the folders below it, whatever their class, in ordinal order of folder and name.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static IReadOnlyList<string> ListPictures(string folder)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        return PictureFiles.Below(folder);
    }

    private static string InsteadOfClasses(string folder) => PictureFiles.In(folder).ToList() is { Count: > 0 } loose
        ? $", only {loose.Count} picture{(loose.Count == 1 ? "" : "s")} directly in it"
        : "";

    private static string Expected(string folder) =>
        $"A folder with one sub-folder of pictures per class is expected, such as '{Path.Combine(folder, "ants")}' and '{Path.Combine(folder, "bees")}'.";

    private static string Quoted(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(Named).Select(name => $"'{name}'")) + (names.Count > Named ? $" and {names.Count - Named} more" : "");
}
