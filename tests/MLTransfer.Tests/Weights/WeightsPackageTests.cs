using MLTransfer.Models;
using MLTransfer.Tests.Estimators;
using MLTransfer.Weights;

namespace MLTransfer.Tests.Weights;

public sealed class WeightsPackageTests : IDisposable
{
    private readonly PackageScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_package_of_weights_is_found_in_a_feed_and_trained_with()
    {
        using var images = new ColouredImages();
        string file = Path.Combine(_scene.Feed, "small net.safetensors");
        using (Stream embedded = typeof(WeightsPackage).Assembly.GetManifestResourceStream("embedded.safetensors")!)
        using (FileStream copy = File.Create(file))
            embedded.CopyTo(copy);
        WeightsPackage package = Describe(file);
        Assert.Null(package.Complaint());
        string name = package.Write(Path.Combine(_scene.Feed, package.FileName));
        Assert.StartsWith("nuget:My.Weights/1.0.0-beta#weights/small net.safetensors&sha256=ba3e9a6a", name, StringComparison.Ordinal);
        _scene.Configure(("folder", _scene.Feed));
        using ImageClassificationTransformer model = Trainings.Train(
            Trainings.Extraction with { Backbone = "embedded", Weights = name, WeightStore = _scene.Store() }, images.Path);
        Assert.Equal(16, model.Training!.TrainingImages);
    }

    [Fact]
    public void The_same_weights_make_the_same_package()
    {
        string file = Path.Combine(_scene.Feed, "weights.pth");
        File.WriteAllBytes(file, PackageScene.Content);
        string first = Path.Combine(_scene.Feed, "first.nupkg"), second = Path.Combine(_scene.Feed, "second.nupkg");
        Describe(file).Write(first);
        Describe(file).Write(second);
        Assert.Equal(File.ReadAllBytes(first), File.ReadAllBytes(second));
    }

    [Theory]
    [InlineData("My Weights", "1.0.0", "MIT", "The name of the package is 'My Weights'")]
    [InlineData("My.Weights", "1.0", "MIT", "The version is '1.0'")]
    [InlineData("My.Weights", "1.0.0", "free for all", "The license is 'free for all'")]
    public void What_cannot_be_packed_is_refused(string id, string version, string license, string complaint) => Assert.Contains(
        complaint, (Describe("a.pth") with { Id = id, Version = version, License = license }).Complaint(), StringComparison.Ordinal);

    [Fact]
    public void The_line_for_the_catalog_can_be_read_back()
    {
        var weights = new PublishedWeights
        {
            Backbone = "resnet18", Version = "1.0.0", Package = "nuget:My.Weights/1.0.0#weights/a.pth", Sha256 = PackageScene.Hash,
            Classes = 7, Preprocessing = ModelZoo.Find("resnet18").Preprocessing, Licence = "MIT", Recipe = new("nuget:My.Weights/1.0.0"),
        };
        string line = WeightsCatalog.LineFor(weights);
        Assert.DoesNotContain('\n', line);
        Assert.Equal(weights, WeightsCatalog.OfLine(line));
        Assert.Equal($"My.Weights.1.0.0-a-{PackageScene.Hash[..8]}.pth", weights.Remote!.FileName);
    }

    private static WeightsPackage Describe(string file) => new()
    {
        File = file, Id = "My.Weights", Version = "1.0.0-beta", Description = "For a test.", Authors = "ada", License = "MIT",
    };
}
