using MLTransfer.Reading;

namespace MLTransfer.Data;

/// <summary>What tells folders apart, whatever paths lead to them: device and inode on Linux, the path without links elsewhere.</summary>
internal static class FolderIdentity
{
    /// <summary>Names on Windows and macOS differ by more than case.</summary>
    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    public static string Of(string folder) =>
        (OperatingSystem.IsLinux() ? UnixNames.DeviceAndInode(folder) : null) ?? WithoutLinks(Path.GetFullPath(folder));

    private static string WithoutLinks(string path)
    {
        char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
        string resolved = Path.GetPathRoot(path)!;
        foreach (string part in path[resolved.Length..].Split(separators, StringSplitOptions.RemoveEmptyEntries))
        {
            resolved = Path.Combine(resolved, part);
            if (Directory.ResolveLinkTarget(resolved, returnFinalTarget: true) is { } target)
                resolved = WithoutLinks(target.FullName);
        }
        return resolved;
    }
}
