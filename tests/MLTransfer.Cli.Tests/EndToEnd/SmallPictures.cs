using MLTransfer.Cli.Demo.Pictures;

namespace MLTransfer.Cli.Tests.EndToEnd;

/// <summary>Folders of a few drawn pictures that train in a second.</summary>
internal static class SmallPictures
{
    private static readonly PictureClass[] Classes = [new(Shape.Disc, Texture.Plain), new(Shape.Cross, Texture.Stripes)];

    internal static IReadOnlyList<string> Labels { get; } = [.. Classes.Select(shown => shown.Name).Order(StringComparer.Ordinal)];

    /// <summary>Draws as many pictures per class, each other with each seed.</summary>
    internal static string Draw(string folder, int perClass, int seed)
    {
        PictureFiles.Write(new PictureSet(Classes, perClass, seed), folder, CancellationToken.None);
        return folder;
    }
}
