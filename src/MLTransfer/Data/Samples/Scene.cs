namespace MLTransfer.Data.Samples;

/// <summary>One image before it is rendered: the shape of its class among random clutter.</summary>
internal sealed class Scene
{
    private readonly SceneClass _shown;
    private readonly Placement _shape;
    private readonly Placement _texture;
    private readonly Color _shapeColor, _textureColor, _skyColor, _groundColor;
    private readonly (Placement Place, Shape Shape, Color Color)[] _clutter;
    private readonly double _skyAngle;

    internal Scene(SceneClass shown, Random random)
    {
        _shown = shown;
        _shape = Placement.Sample(random, leastScale: 0.5, mostScale: 0.8, reach: 0.2);
        _texture = Placement.Sample(random, leastScale: 0.28, mostScale: 0.4, reach: 0.4);
        _skyAngle = Placement.Uniform(random, 0, Math.Tau);
        (_skyColor, _groundColor) = (Color.Sample(random, 0.1, 0.5), Color.Sample(random, 0.1, 0.5));
        _shapeColor = Color.Sample(random, 0.55, 1);
        _textureColor = Color.Sample(random, 0, 0.4);
        _clutter = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => SampleClutter(random))];
        Noise = Placement.Uniform(random, 0.01, 0.06);
    }

    /// <summary>Standard deviation of the sensor noise.</summary>
    internal double Noise { get; }

    /// <summary>The color at a position of the image, whose sides run from −1 to 1.</summary>
    internal Color ColorAt(double x, double y)
    {
        var (inShapeX, inShapeY) = _shape.ToLocal(x, y);
        if (_shown.Shape.Distance(inShapeX, inShapeY) < 0)
        {
            var (inTextureX, inTextureY) = _texture.ToLocal(x, y);
            return _shapeColor.MixWith(_textureColor, _shown.Texture.Mix(inTextureX, inTextureY));
        }
        foreach (var (place, shape, color) in _clutter)
        {
            var (across, down) = place.ToLocal(x, y);
            if (shape.Distance(across, down) < 0)
                return color;
        }
        var (sine, cosine) = Math.SinCos(_skyAngle);
        return _skyColor.MixWith(_groundColor, Math.Clamp((x * cosine + y * sine + 1.4) / 2.8, 0, 1));
    }

    private static (Placement Place, Shape Shape, Color Color) SampleClutter(Random random) => (
        Placement.Sample(random, leastScale: 0.05, mostScale: 0.16, reach: 1),
        random.Next(2) == 0 ? Shape.Disc : Shape.Square,
        Color.Sample(random, 0.1, 0.9));
}

/// <summary>Position in the image (whose sides run from −1 to 1), scale, rotation and stretch.</summary>
internal readonly record struct Placement(double X, double Y, double Scale, double Angle, double Stretch)
{
    private const double LargestAngle = 0.6;

    internal static Placement Sample(Random random, double leastScale, double mostScale, double reach) => new(
        Uniform(random, -reach, reach), Uniform(random, -reach, reach),
        Uniform(random, leastScale, mostScale), Uniform(random, -LargestAngle, LargestAngle), Uniform(random, 0.85, 1.18));

    /// <summary>Transforms a position of the image into the coordinates of the placed object.</summary>
    internal (double X, double Y) ToLocal(double x, double y)
    {
        var (sine, cosine) = Math.SinCos(Angle);
        var (across, down) = ((x - X) / Scale, (y - Y) / Scale);
        return ((across * cosine + down * sine) * Stretch, (down * cosine - across * sine) / Stretch);
    }

    internal static double Uniform(Random random, double from, double to) => from + (to - from) * random.NextDouble();
}

/// <summary>Red, green and blue, each 0 to 1.</summary>
internal readonly record struct Color(double Red, double Green, double Blue)
{
    /// <summary>A random color with channels between two levels.</summary>
    internal static Color Sample(Random random, double darkest, double lightest)
    {
        return new(Part(), Part(), Part());

        double Part() => Placement.Uniform(random, darkest, lightest);
    }

    public static Color operator *(Color color, double factor) => new(color.Red * factor, color.Green * factor, color.Blue * factor);

    public static Color operator +(Color left, Color right) =>
        new(left.Red + right.Red, left.Green + right.Green, left.Blue + right.Blue);

    internal Color MixWith(Color other, double fraction) => this * (1 - fraction) + other * fraction;
}

/// <summary>Renders a scene.</summary>
internal static class Painter
{
    // Samples along each side of a pixel; their mean smooths the edges.
    private const int Samples = 2;

    /// <summary>Red, green, blue and alpha of each pixel, a byte each, row by row.</summary>
    internal static byte[] Paint(Scene scene, int side, Random random)
    {
        var pixels = new byte[side * side * 4];
        for (var index = 0; index < side * side; index++)
        {
            var color = PixelOf(scene, side, index % side, index / side);
            pixels[index * 4] = Byte(color.Red + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 1] = Byte(color.Green + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 2] = Byte(color.Blue + Gaussian(random) * scene.Noise);
            pixels[index * 4 + 3] = byte.MaxValue;
        }
        return pixels;
    }

    private static Color PixelOf(Scene scene, int side, int column, int row)
    {
        var sum = default(Color);
        for (var sample = 0; sample < Samples * Samples; sample++)
            sum += scene.ColorAt(Coordinate(column, sample % Samples, side), Coordinate(row, sample / Samples, side));
        return sum * (1.0 / (Samples * Samples));
    }

    private static double Coordinate(int pixel, int sample, int side) => (pixel + (sample + 0.5) / Samples) * 2 / side - 1;

    private static byte Byte(double value) => (byte)Math.Round(Math.Clamp(value, 0, 1) * byte.MaxValue);

    // Box–Muller; 1 − u is never 0.
    private static double Gaussian(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
}
