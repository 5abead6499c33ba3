using Microsoft.ML;
using MLTransfer.Tests.Estimators;
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
        string app = feed.Publish("bare", "-p:Libtorch=none");
        using var folder = new TemporaryFolder();
        string model = folder.PathOf("model.zip");
        using var images = new ColouredImages();
        var ml = new MLContext(seed: 1);
        IDataView keyed = Trainings.Keyed(ml, ml.Data.LoadImageFolder(images.Path));
        using (ImageClassificationTransformer trained = Trainings.Fit(ml, Trainings.Extraction with { Epochs = 1 }, keyed))
            ml.Model.Save(trained, keyed.Schema, model);
        string[][] uses = [[], ["load", model], ["serve", model]];
        Assert.All(uses, use =>
        {
            var (code, _, error) = Feed.Run(app, use);
            Assert.NotEqual(0, code);
            Assert.Contains("libtorch is not there", error, StringComparison.Ordinal);
            Assert.Contains("dotnet add package libtorch-cpu-", error, StringComparison.Ordinal);
            Assert.DoesNotContain("damaged", error, StringComparison.Ordinal);
        });
    }

    /// <summary>A folder feed with the package of this build.</summary>
    public sealed class Feed : IDisposable
    {
        private const string Version = "0.1.0-consumer";

        private readonly PackedFeed _feed = new(Version, "MLTransfer");

        /// <summary>Copies the app out of the repository and publishes it there.</summary>
        /// <returns>The folder of the published app.</returns>
        public string Publish(string name, params string[] properties)
        {
            string source = Path.Combine(_feed.Folder, $"{name}-source"), published = Path.Combine(_feed.Folder, name);
            Directory.CreateDirectory(source);
            foreach (string file in Directory.GetFiles(Path.Combine(PackedFeed.Repository, "tests", "Consumer")))
                File.Copy(file, Path.Combine(source, Path.GetFileName(file)));
            PackedFeed.Dotnet(["publish", source, "--configuration", "Release", "--output", published, $"-p:MLTransferVersion={Version}",
                .. _feed.RestoreProperties.Select(property => $"-p:{property.Name}={property.Value}"), .. properties]);
            return published;
        }

        public static (int Code, string Output, string Error) Run(string app, params string[] arguments) => PackedFeed.Run(
            new(Path.Combine(app, OperatingSystem.IsWindows() ? "Consumer.exe" : "Consumer"), arguments));

        public void Dispose() => _feed.Dispose();
    }
}
