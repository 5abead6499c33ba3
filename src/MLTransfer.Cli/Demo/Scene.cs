namespace MLTransfer.Cli.Demo;

/// <summary>One image before it is painted: the shape of its class among what chance puts around it.</summary>
internal sealed class Scene
{
    private readonly SceneClass _shown;
    private readonly Placement _shape;
    private readonly Placement _texture;
    private readonly Colour _shapeColour, _textureColour, _skyColour, _groundColour;
    private readonly (Placement Place, Shape Shape, Colour Colour)[] _clutter;
    private readonly double _skyAngle;

    internal Scene(SceneClass shown, Random random)
    {
        _shown = shown;
        _shape = Placement.Any(random, leastScale: 0.5, mostScale: 0.8, reach: 0.2);
        _texture = Placement.Any(random, leastScale: 0.28, mostScale: 0.4, reach: 0.4);
        _skyAngle = Placement.Between(random, 0, Math.Tau);
        (_skyColour, _groundColour) = (Colour.Any(random, 0.1, 0.5), Colour.Any(random, 0.1, 0.5));
        _shapeColour = Colour.Any(random, 0.55, 1);
        _textureColour = Colour.Any(random, 0, 0.4);
        _clutter = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => AnyClutter(random))];
        Noise = Placement.Between(random, 0.01, 0.06);
    }

    /// <summary>Standard deviation of the camera's noise.</summary>
    internal double Noise { get; }

    /// <summary>The colour at a place of the image, whose sides run from −1 to 1.</summary>
    internal Colour At(double x, double y)
    {
        var (inShapeX, inShapeY) = _shape.Inside(x, y);
        if (_shown.Shape.Distance(inShapeX, inShapeY) < 0)
        {
            var (inTextureX, inTextureY) = _texture.Inside(x, y);
            return _shapeColour.Towards(_textureColour, _shown.Texture.Mix(inTextureX, inTextureY));
        }
        foreach (var (place, shape, colour) in _clutter)
        {
            var (across, down) = place.Inside(x, y);
            if (shape.Distance(across, down) < 0)
                return colour;
        }
        var (sine, cosine) = Math.SinCos(_skyAngle);
        return _skyColour.Towards(_groundColour, Math.Clamp((x * cosine + y * sine + 1.4) / 2.8, 0, 1));
    }

    private static (Placement Place, Shape Shape, Colour Colour) AnyClutter(Random random) => (
        Placement.Any(random, leastScale: 0.05, mostScale: 0.16, reach: 1),
        random.Next(2) == 0 ? Shape.Disc : Shape.Square,
        Colour.Any(random, 0.1, 0.9));
}
