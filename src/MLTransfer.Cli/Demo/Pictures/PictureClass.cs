namespace MLTransfer.Cli.Demo.Pictures;

/// <summary>What the pictures of one class show: a shape in a texture. Everything else in them is chance.</summary>
internal sealed record PictureClass(Shape Shape, Texture Texture)
{
    /// <summary>The classes of the large set on which the backbone learns to see.</summary>
    internal static readonly IReadOnlyList<PictureClass> Source =
    [
        new(Shape.Disc, Texture.Stripes), new(Shape.Disc, Texture.Dots), new(Shape.Disc, Texture.Plain),
        new(Shape.Square, Texture.Checks), new(Shape.Square, Texture.Stripes), new(Shape.Triangle, Texture.Dots),
        new(Shape.Triangle, Texture.Circles), new(Shape.Cross, Texture.Checks), new(Shape.Cross, Texture.Waves),
        new(Shape.Ring, Texture.Plain), new(Shape.Ring, Texture.Waves), new(Shape.Star, Texture.Circles),
    ];

    /// <summary>The classes of the small set: none is among <see cref="Source"/>, and the heart is a shape never seen there.</summary>
    internal static readonly IReadOnlyList<PictureClass> Target =
    [
        new(Shape.Disc, Texture.Checks), new(Shape.Square, Texture.Dots), new(Shape.Star, Texture.Dots),
        new(Shape.Triangle, Texture.Stripes), new(Shape.Heart, Texture.Stripes),
    ];

    internal string Name => $"{Shape.Name}-{Texture.Name}";
}
