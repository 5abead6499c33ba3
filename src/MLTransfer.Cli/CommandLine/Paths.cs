namespace MLTransfer.Cli.CommandLine;

/// <summary>Checks, before any work, the files and folders that a command was asked to use.</summary>
internal static class Paths
{
    internal static string ExistingFolder(string option, string path)
    {
        if (Directory.Exists(path))
            return path;
        throw new UsageException(File.Exists(path)
            ? $"{option} is '{path}', which is a file; a folder is expected."
            : $"{option} is '{path}', but there is no such folder{Within(path)}.");
    }

    /// <summary>A file or a folder.</summary>
    internal static string Existing(string option, string path) => Path.Exists(path)
        ? path
        : throw new UsageException($"{option} is '{path}', but there is no such file or folder{Within(path)}.");

    /// <summary>A folder to write into, made now where there is none.</summary>
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
                    : $"{option} is '{path}', but this folder cannot be created: {refusal.Message} Choose another place.",
                refusal);
        }
    }

    internal static string ExistingFile(string option, string path)
    {
        if (File.Exists(path))
            return path;
        throw new UsageException(Directory.Exists(path)
            ? $"{option} is '{path}', which is a folder; a file is expected."
            : NoSuchFile(option, path));
    }

    internal static string NoSuchFile(string option, string path) => $"{option} is '{path}', but there is no such file{Within(path)}.";

    /// <summary>Says from where a relative path was looked up: the usual reason for which it is not found.</summary>
    private static string Within(string path) => Path.IsPathRooted(path) ? "" : $" below '{Directory.GetCurrentDirectory()}'";
}
