using MLTransfer.Cli.Demo;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>Folders of a few drawn images that train in a second.</summary>
internal static class SmallImages
{
    private static readonly SceneClass[] Classes = [new(Shape.Disc, Texture.Plain), new(Shape.Cross, Texture.Stripes)];

    internal static IReadOnlyList<string> Labels { get; } = [.. Classes.Select(shown => shown.Name).Order(StringComparer.Ordinal)];

    /// <summary>Draws as many images per class, each other with each seed.</summary>
    internal static string Draw(string folder, int perClass, int seed)
    {
        ImageFiles.Write(new ImageSet(Classes, perClass, seed), folder, CancellationToken.None);
        return folder;
    }
}
