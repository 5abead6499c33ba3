using System.Diagnostics;
using System.Reflection;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Native;

/// <summary>The app in tests/Consumer, built and published outside the repository from the packed package, as a user's would be.</summary>
public sealed class PackedPackageTests(PackedPackageTests.Feed feed) : IClassFixture<PackedPackageTests.Feed>
{
    [Fact]
    public void A_published_app_calls_TorchSharp_first_and_trains_saves_loads_and_predicts()
    {
        string app = feed.Publish("app");
        Assert.Equal("sum 3", Feed.Run(app, "torch").Output.Trim());
        Assert.Equal("predicted blue", Feed.Run(app).Output.Trim());
    }

    [Fact]
    public void An_app_without_libtorch_is_told_which_package_to_add()
    {
        var (code, _, error) = Feed.Run(feed.Publish("bare", "-p:Libtorch=none"));
        Assert.NotEqual(0, code);
        Assert.Contains("libtorch is not there", error, StringComparison.Ordinal);
        Assert.Contains("dotnet add package libtorch-cpu-", error, StringComparison.Ordinal);
    }

    /// <summary>A folder feed with the package of this build.</summary>
    public sealed class Feed : IDisposable
    {
        private const string Version = "0.1.0-consumer";

        private readonly TemporaryFolder _folder = new();

        public Feed() => Dotnet("pack", Path.Combine(Repository, "src", "MLTransfer"), "--no-build", "--configuration", Configuration,
            "--output", _folder.PathOf("feed"), $"-p:PackageVersion={Version}", "-p:IncludeSymbols=false");

        /// <summary>Copies the app out of the repository and publishes it there.</summary>
        /// <returns>The folder of the published app.</returns>
        public string Publish(string name, params string[] properties)
        {
            string source = _folder.PathOf($"{name}-source"), published = _folder.PathOf(name);
            Directory.CreateDirectory(source);
            foreach (string file in Directory.GetFiles(Path.Combine(Repository, "tests", "Consumer")))
                File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
            // What was restored once is taken from where it lies; the package under test goes into a folder that is removed with the test.
            Dotnet(["publish", source, "--configuration", "Release", "--output", published, $"-p:MLTransferVersion={Version}",
                $"-p:RestoreAdditionalProjectSources={_folder.PathOf("feed")}", $"-p:RestorePackagesPath={_folder.PathOf("packages")}",
                $"-p:RestoreFallbackFolders={Metadata("NuGetPackageRoot")}", .. properties]);
            return published;
        }

        public static (int Code, string Output, string Error) Run(string app, params string[] arguments) =>
            Finished(Path.Combine(app, OperatingSystem.IsWindows() ? "Consumer.exe" : "Consumer"), arguments);

        public void Dispose() => _folder.Dispose();

        private static void Dotnet(params string[] arguments)
        {
            var (code, output, error) = Finished("dotnet", [.. arguments, "--nologo"]);
            Assert.True(code == 0, $"dotnet {string.Join(' ', arguments)}:\n{output}{error}");
        }

        private static (int Code, string Output, string Error) Finished(string program, string[] arguments)
        {
            var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            // What a test host or an enclosing build sets is not what a user's shell has.
            foreach (string name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase))
                .ToArray())
                start.Environment.Remove(name);
            using Process process = Process.Start(start)!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, error.Result);
        }

        private static string Repository =>
            SharedFolder.Repository ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");

        private static string Configuration => Metadata("Configuration");

        private static string Metadata(string key) =>
            typeof(Feed).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;
    }
}
