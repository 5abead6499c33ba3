using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Files;

/// <summary>
/// Files that have no name once they are created, so that the system removes them when the process ends, however it ends.
/// </summary>
internal static class NamelessFile
{
    /// <summary>Creates an empty file.</summary>
    /// <param name="folder">The folder, which must exist.</param>
    /// <param name="reserved">How many bytes will be written; not every file system reserves room for them.</param>
    /// <exception cref="IOException">The folder has no room, or takes no file.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not create files in the folder.</exception>
    public static SafeFileHandle Create(string folder, long reserved = 0)
    {
        string path = Path.Combine(folder, $"{Guid.NewGuid():N}.mltransfer");
        SafeFileHandle file = File.OpenHandle(
            path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, preallocationSize: reserved);
        try
        {
            File.Delete(path);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
