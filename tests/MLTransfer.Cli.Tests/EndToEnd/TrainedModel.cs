using System.Text.Json;
using MLTransfer.Data.Samples;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>A model that 'mlt train' has made of a few images, for the tests that only read it.</summary>
public sealed class TrainedModel : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    internal Outcome Outcome { get; private set; } = null!;

    internal JsonElement Json => Outcome.Json;

    internal string Path => _folder.PathOf("model.zip");

    internal string Training => _folder.PathOf("train");

    internal string Validation => _folder.PathOf("val");

    public async Task InitializeAsync()
    {
        SmallImages.Draw(Training, perClass: 8, seed: 1);
        SmallImages.Draw(Validation, perClass: 4, seed: 2);
        Outcome = await Mlt.RunAsync(
            "train", "--data", Training, "--val", Validation, "--mode", "features", "--backbone", "cifar_resnet20", "--weights", "none",
            "--epochs", "5", "--precision", "float32", "--cache", "none", "--out", Path, "--json");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();
}

/// <summary>Folders of a few drawn images that train in a second.</summary>
internal static class SmallImages
{
    private static readonly SceneClass[] Classes = [new(Shape.Disc, Texture.Plain), new(Shape.Cross, Texture.Stripes)];

    internal static IReadOnlyList<string> Labels { get; } = [.. Classes.Select(shown => shown.Name).Order(StringComparer.Ordinal)];

    /// <summary>Draws as many images per class, each other with each seed.</summary>
    internal static string Draw(string folder, int perClass, int seed)
    {
        ShapeFiles.Write(new ShapeSet(Classes, perClass, seed), folder, CancellationToken.None);
        return folder;
    }
}
