namespace MLTransfer.Tests.Reference;

/// <summary>The folder with pictures, weights and reference scripts beside the repository; not every machine has it.</summary>
internal static class SharedFolder
{
    private static readonly string? Root = Find();

    /// <summary>The full path of a file or folder in it.</summary>
    public static string PathOf(string relative) => Path.Combine(Root ?? throw new DirectoryNotFoundException("There is no ../shared."), relative);

    public static bool Has(string relative) => Root is not null && Path.Exists(Path.Combine(Root, relative));

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MLTransfer.sln")))
                return Path.Combine(folder.Parent?.FullName ?? "", "shared") is var shared && Directory.Exists(shared) ? shared : null;
        }
        return null;
    }
}
