using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// Paths in a manifest, which are relative to its folder or to one that was given, and do not leave it unless that is allowed.
/// </summary>
internal sealed class ManifestPaths
{
    private readonly string _folder, _fullFolder;
    private readonly ImageDatasetOptions _options;
    private readonly ManifestErrors _errors;
    private readonly SpelledPaths _spelled = new();
    private string _extension = "";

    public ManifestPaths(string manifest, ImageDatasetOptions options, ManifestErrors errors)
    {
        _folder = options.ImageFolder ?? Path.GetDirectoryName(manifest) ?? "";
        _fullFolder = Path.GetFullPath(options.ImageFolder ?? Path.GetDirectoryName(Path.GetFullPath(manifest))!);
        (_options, _errors) = (options, errors);
        if (options.ImageFolder is not null && !Directory.Exists(options.ImageFolder))
            throw errors.Of($"its images are looked for in '{options.ImageFolder}', which is no folder",
                "Give the folder that its names are relative to.");
    }

    /// <summary>Whether a full path lies below a full folder.</summary>
    public static bool IsBelow(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".."
            && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
    }

    /// <exception cref="InvalidDataException">It leads out of the folder, or is no path.</exception>
    public string Resolve(string path, int line)
    {
        if (path.Contains('\0'))
            throw _errors.At(line, "names an image by something that is no path", "Give the path of a file.");
        string suffix = _options.ImageSuffix ?? "", name = path.EndsWith(suffix, StringComparison.OrdinalIgnoreCase) ? path : path + suffix;
        // A backslash is a letter of a name on some systems, and a separator in manifests written on Windows.
        string literal = Path.GetFullPath(Path.Combine(_fullFolder, name));
        string full = Path.GetFullPath(Path.Combine(_fullFolder, name.Replace('\\', '/')));
        if (name.Contains('\\') && IsBelow(_fullFolder, literal) && IsImage(literal))
            full = literal;
        // Nothing is looked for on disk before that is clear.
        if (!IsBelow(_fullFolder, full) && !_options.AllowOutsidePaths)
        {
            throw _errors.At(
                line,
                $"names '{path}', which lies outside {(_options.ImageFolder is null ? "the manifest's folder" : $"'{_folder}'")}",
                "Put the manifest beside the images, or, if you trust it, allow such paths: --allow-outside-paths, "
                + "AllowOutsidePaths in code.");
        }
        full = WithExtension(_spelled.OnDisk(full));
        return IsBelow(_fullFolder, full) ? Path.Combine(_folder, Path.GetRelativePath(_fullFolder, full)) : full;
    }

    /// <exception cref="InvalidDataException">There is no such file.</exception>
    public void RequireFile(string path, int line)
    {
        string resolved = Resolve(path, line);
        if (!IsImage(Path.GetFullPath(resolved)))
        {
            throw _errors.At(
                line,
                $"names the image '{path}', but there is no file '{resolved}'",
                "Say where the images are and how their names end: --image-folder and --image-suffix, such as --image-suffix .jpg; "
                + "ImageFolder and ImageSuffix in code.");
        }
    }

    private string WithExtension(string path)
    {
        if (_options.ImageSuffix is not null || ImageFiles.IsImage(path) || IsImage(path))
            return path;
        // All images of a data set mostly have the extension of the first.
        if (_extension.Length == 0 || !File.Exists(path + _extension))
            _extension = ImageFiles.Extensions.FirstOrDefault(extension => File.Exists(path + extension), "");
        return path + _extension;
    }

    private static bool IsImage(string full) =>
        UnixNames.FileExists(full) || (ContainerPath.Parse(full) is var (container, entry) && container.TryOpen()?.Length(entry) >= 0);
}
