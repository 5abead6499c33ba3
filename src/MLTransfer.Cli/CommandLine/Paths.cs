namespace MLTransfer.Cli.CommandLine;

/// <summary>Checks the files and folders that a command is to use, before any work is done.</summary>
internal static class Paths
{
    /// <exception cref="UsageException">There is no such folder.</exception>
    internal static string ExistingFolder(string option, string path)
    {
        if (Directory.Exists(path))
            return path;
        throw new UsageException(File.Exists(path)
            ? $"{option} is '{path}', which is a file; a folder is expected."
            : $"{option} is '{path}', but there is no such folder{Within(path)}.");
    }

    /// <summary>A file or a folder.</summary>
    /// <exception cref="UsageException">There is neither.</exception>
    internal static string Existing(string option, string path) => Path.Exists(path)
        ? path
        : throw new UsageException($"{option} is '{path}', but there is no such file or folder{Within(path)}.");

    /// <summary>A folder to write into, created now if it does not exist.</summary>
    /// <exception cref="UsageException">It cannot be created.</exception>
    internal static string NewFolder(string option, string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            return path;
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                File.Exists(path)
                    ? $"{option} is '{path}', which is a file; a folder is expected."
                    : $"{option} is '{path}', but this folder cannot be created: {refusal.Message} Choose another one.",
                refusal);
        }
    }

    /// <exception cref="UsageException">There is no such file.</exception>
    internal static string ExistingFile(string option, string path)
    {
        if (File.Exists(path))
            return path;
        throw new UsageException(Directory.Exists(path)
            ? $"{option} is '{path}', which is a folder; a file is expected."
            : NoSuchFile(option, path));
    }

    internal static string NoSuchFile(string option, string path) => $"{option} is '{path}', but there is no such file{Within(path)}.";

    /// <summary>Names the folder that a relative path was resolved against: the usual reason that it is not found.</summary>
    private static string Within(string path) => Path.IsPathRooted(path) ? "" : $" below '{Directory.GetCurrentDirectory()}'";
}
