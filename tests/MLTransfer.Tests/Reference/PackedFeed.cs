using System.Diagnostics;
using System.Reflection;

namespace MLTransfer.Tests.Reference;

/// <summary>A folder feed with packages of this build, and programs that use it.</summary>
internal sealed class PackedFeed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <param name="version">The version that the packages get.</param>
    /// <param name="projects">The projects below src.</param>
    public PackedFeed(string version, params string[] projects)
    {
        foreach (string project in projects)
            Dotnet("pack", Path.Combine(Repository, "src", project), "--no-build", "--configuration", Metadata("Configuration"),
                "--output", Feed, $"-p:PackageVersion={version}", "-p:IncludeSymbols=false");
    }

    /// <summary>A folder of the test's own, removed with the feed.</summary>
    public string Folder => _folder.Path;

    private string Feed => _folder.PathOf("feed");

    /// <summary>
    /// MSBuild properties with which a restore finds the packages. What was restored once is taken from where it lies; the packages under
    /// test go into a folder that is removed with the test.
    /// </summary>
    public IEnumerable<(string Name, string Value)> RestoreProperties =>
    [
        ("RestoreAdditionalProjectSources", Feed), ("RestorePackagesPath", _folder.PathOf("packages")),
        ("RestoreFallbackFolders", Metadata("NuGetPackageRoot")),
    ];

    public static void Dotnet(params string[] arguments)
    {
        var (code, output, error) = Run(new ProcessStartInfo("dotnet", [.. arguments, "--nologo"]));
        Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)}:\n{output}{error}");
    }

    /// <summary>Runs a program to its end, in the environment of a user's shell.</summary>
    public static (int Code, string Output, string Error) Run(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        UseShellsEnvironment(start);
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    /// <summary>Leaves out what a test host or an enclosing build sets.</summary>
    public static void UseShellsEnvironment(ProcessStartInfo start)
    {
        foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
            .ToArray())
            start.Environment.Remove(name);
    }

    public void Dispose() => _folder.Dispose();

    public static string Repository =>
        SharedFolder.Repository ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");

    private static string Metadata(string key) =>
        typeof(PackedFeed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
}
