using System.Globalization;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>
/// What tells folders apart, whatever paths lead to them: device and inode where they are known, the path without links elsewhere.
/// </summary>
internal static class FolderIdentity
{
    /// <summary>Names on Windows and macOS differ by more than case.</summary>
    public static StringComparer Comparer => OperatingSystem.IsLinux() ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase;

    public static string Of(string folder) =>
        UnixNames.Inspect(folder) is { Identity: { Inode: > 0 } identity }
            ? string.Create(CultureInfo.InvariantCulture, $"{identity.Device}:{identity.Inode}")
            : WithoutLinks(Path.GetFullPath(folder));

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
