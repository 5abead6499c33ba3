using Microsoft.ML.Data;

namespace MLTransfer.Data.Samples;

/// <summary>A labeled set of images, each determined by the seed, its class and its number.</summary>
internal sealed record ShapeSet(IReadOnlyList<SceneClass> Classes, int ImagesPerClass, int Seed)
{
    internal const int Side = 48;

    /// <summary>The pixels of one image: red, green, blue and alpha, row by row.</summary>
    internal byte[] Pixels(int classIndex, int number)
    {
        var random = new Random(unchecked(((Seed * 397) + classIndex) * 100_003 + number));
        return Painter.Paint(new Scene(Classes[classIndex], random), Side, random);
    }
}

/// <summary>Writes a set of images as PNG files, one folder per class.</summary>
internal static class ShapeFiles
{
    internal static void Write(ShapeSet set, string folder, CancellationToken cancel)
    {
        foreach (var each in set.Classes)
            Directory.CreateDirectory(Path.Combine(folder, each.Name));
        var images = Enumerable.Range(0, set.Classes.Count * set.ImagesPerClass);
        Parallel.ForEach(
            images, new ParallelOptions { CancellationToken = cancel },
            image => Write(set, image % set.Classes.Count, image / set.Classes.Count, folder));
    }

    private static void Write(ShapeSet set, int classIndex, int number, string folder)
    {
        using var image = MLImage.CreateFromPixels(ShapeSet.Side, ShapeSet.Side, MLPixelFormat.Rgba32, set.Pixels(classIndex, number));
        image.Save(Path.Combine(folder, set.Classes[classIndex].Name, $"{number:000}.png"));
    }
}

/// <summary>A class of images: a shape with a texture. Everything else in an image is random.</summary>
internal sealed record SceneClass(Shape Shape, Texture Texture)
{
    /// <summary>Classes that share shapes and textures, so that neither alone tells them apart.</summary>
    internal static readonly IReadOnlyList<SceneClass> All =
    [
        new(Shape.Disc, Texture.Checks), new(Shape.Square, Texture.Dots), new(Shape.Star, Texture.Dots),
        new(Shape.Triangle, Texture.Stripes),
        new(Shape.Heart, Texture.Stripes), new(Shape.Cross, Texture.Waves), new(Shape.Ring, Texture.Circles),
        new(Shape.Ring, Texture.Plain),
    ];

    internal string Name => $"{Shape.Name}-{Texture.Name}";
}

/// <summary>An outline: <paramref name="Distance"/> is negative inside and positive outside, in units of its radius.</summary>
internal sealed record Shape(string Name, Func<double, double, double> Distance)
{
    internal static readonly Shape Disc = new("disc", (x, y) => Math.Sqrt(x * x + y * y) - 1);

    internal static readonly Shape Square = new("square", (x, y) => Math.Max(Math.Abs(x), Math.Abs(y)) - 0.85);

    internal static readonly Shape Triangle = new("triangle", (x, y) => Math.Max(y - 0.6, Math.Abs(x) * 0.866 - y * 0.5 - 0.55));

    internal static readonly Shape Cross = new("cross", (x, y) =>
        Math.Min(Math.Max(Math.Abs(x) - 0.38, Math.Abs(y) - 1), Math.Max(Math.Abs(y) - 0.38, Math.Abs(x) - 1)));

    internal static readonly Shape Ring = new("ring", (x, y) => Math.Abs(Math.Sqrt(x * x + y * y) - 0.72) - 0.3);

    internal static readonly Shape Star = new("star", (x, y) =>
        Math.Sqrt(x * x + y * y) - 0.72 - 0.3 * Math.Cos(5 * Math.Atan2(x, -y)));

    // The classic heart curve (x² + y² − 1)³ = x² y³, turned point down and scaled into the unit disc.
    internal static readonly Shape Heart = new("heart", (x, y) =>
    {
        var (across, up) = (x * 1.25, 0.1 - y * 1.25);
        var round = across * across + up * up - 1;
        return round * round * round - across * across * up * up * up;
    });
}

/// <summary>
/// A pattern: <paramref name="Mix"/> gives the fraction of the second color, 0 to 1, at a position in units of the period.
/// </summary>
internal sealed record Texture(string Name, Func<double, double, double> Mix)
{
    internal static readonly Texture Plain = new("plain", (_, _) => 0);

    internal static readonly Texture Stripes = new("stripes", (x, _) => Step(Math.Sin(Math.Tau * x)));

    internal static readonly Texture Checks = new("checks", (x, y) => Step(Math.Sin(Math.Tau * x * 0.7) * Math.Sin(Math.Tau * y * 0.7)));

    internal static readonly Texture Dots =
        new("dots", (x, y) => Step(0.36 - Math.Sqrt(Square(x - Math.Round(x)) + Square(y - Math.Round(y)))));

    internal static readonly Texture Circles = new("circles", (x, y) => Step(Math.Sin(Math.Tau * Math.Sqrt(x * x + y * y))));

    internal static readonly Texture Waves = new("waves", (x, y) => Step(Math.Sin(Math.Tau * (x + 0.35 * Math.Sin(Math.Tau * y * 0.6)))));

    private static double Square(double value) => value * value;

    private static double Step(double value) => value > 0 ? 1 : 0;
}
