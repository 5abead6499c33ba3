namespace MLTransfer.Data;

/// <summary>Paths in a manifest, which are relative to its folder, and do not leave it unless that is allowed.</summary>
internal sealed class ManifestPaths(string manifest, bool allowOutside, ManifestErrors errors)
{
    private readonly string _folder = Path.GetDirectoryName(manifest) ?? "", _fullFolder = Path.GetDirectoryName(Path.GetFullPath(manifest))!;

    /// <summary>Whether a full path lies below a full folder.</summary>
    public static bool IsBelow(string folder, string path)
    {
        string relative = Path.GetRelativePath(folder, path);
        return !Path.IsPathRooted(relative) && relative != ".." && !relative.StartsWith($"..{Path.DirectorySeparatorChar}", StringComparison.Ordinal);
    }

    /// <exception cref="InvalidDataException">It leads out of the folder, or is no path.</exception>
    public string Resolve(string path, int line)
    {
        // Manifests written on Windows are read elsewhere.
        string name = path.Replace('\\', '/');
        if (name.Contains('\0'))
            throw errors.At(line, "names a picture by something that is no path", "Give the path of a file.");
        string full = Path.GetFullPath(Path.Combine(_fullFolder, name));
        if (IsBelow(_fullFolder, full))
            return Path.Combine(_folder, Path.GetRelativePath(_fullFolder, full));
        return allowOutside ? full : throw errors.At(line, $"names '{path}', which lies outside the manifest's folder",
            "Put the manifest beside the pictures, or, if you trust it, allow such paths: --allow-outside-paths, AllowOutsidePaths in code.");
    }
}
