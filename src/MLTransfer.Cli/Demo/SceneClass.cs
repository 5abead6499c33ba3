namespace MLTransfer.Cli.Demo;

/// <summary>What the images of one class show: a shape in a texture. Everything else in them is chance.</summary>
internal sealed record SceneClass(Shape Shape, Texture Texture)
{
    /// <summary>Classes that share shapes and textures: neither alone tells them apart.</summary>
    internal static readonly IReadOnlyList<SceneClass> All =
    [
        new(Shape.Disc, Texture.Checks), new(Shape.Square, Texture.Dots), new(Shape.Star, Texture.Dots),
        new(Shape.Triangle, Texture.Stripes),
        new(Shape.Heart, Texture.Stripes), new(Shape.Cross, Texture.Waves), new(Shape.Ring, Texture.Circles),
        new(Shape.Ring, Texture.Plain),
    ];

    internal string Name => $"{Shape.Name}-{Texture.Name}";
}
