namespace MLTransfer.Architecture.Tests;

/// <summary>The repository these tests run in: the folder above them that has MLTransfer.sln.</summary>
internal static class Repository
{
    private static readonly string Root = FindRoot();

    /// <param name="path">A path relative to the root.</param>
    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The files in a folder and below, without build outputs, as paths with slashes relative to the root.</summary>
    public static IEnumerable<string> Files(string folder, string extension = "") =>
        Directory.EnumerateFiles(PathOf(folder), "*" + extension, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MLTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No MLTransfer.sln above {AppContext.BaseDirectory}.");
    }
}
