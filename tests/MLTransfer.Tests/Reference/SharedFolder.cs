namespace MLTransfer.Tests.Reference;

/// <summary>The folder with images, weights and reference scripts beside the repository; not every machine has it.</summary>
internal static class SharedFolder
{
    /// <summary>The folder of the solution that these tests were built in.</summary>
    public static string? Repository { get; } = FindRepository();

    private static readonly string? Root =
        Repository is { } repository && Path.Combine(repository, "..", "shared") is var shared && Directory.Exists(shared)
        ? Path.GetFullPath(shared) : null;

    /// <summary>The full path of a file or folder in it.</summary>
    public static string PathOf(string relative) =>
        Path.Combine(Root ?? throw new DirectoryNotFoundException("There is no ../shared."), relative);

    public static bool Has(string relative) => Root is not null && Path.Exists(Path.Combine(Root, relative));

    private static string? FindRepository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MLTransfer.sln")))
            folder = folder.Parent;
        return folder?.FullName;
    }
}
