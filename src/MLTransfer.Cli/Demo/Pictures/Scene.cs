namespace MLTransfer.Cli.Demo.Pictures;

/// <summary>One picture before it is painted: the shape of its class among what chance puts around it.</summary>
internal sealed class Scene
{
    private readonly PictureClass _shown;
    private readonly Placement _shape;
    private readonly Placement _texture;
    private readonly Colour _shapeColour, _textureColour, _skyColour, _groundColour;
    private readonly (Placement Place, Shape Shape, Colour Colour)[] _clutter;
    private readonly double _skyAngle;

    internal Scene(PictureClass shown, Random random)
    {
        _shown = shown;
        _shape = Placement.Any(random, leastScale: 0.42, mostScale: 0.75, reach: 0.3);
        _texture = Placement.Any(random, leastScale: 0.24, mostScale: 0.36, reach: 0.4);
        _skyAngle = Placement.Between(random, 0, Math.Tau);
        (_skyColour, _groundColour) = (Colour.Any(random), Colour.Any(random));
        _shapeColour = Colour.UnlikeAll(random, _skyColour, _groundColour);
        _textureColour = Colour.UnlikeAll(random, _shapeColour, _skyColour);
        _clutter = [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => AnyClutter(random))];
        Noise = Placement.Between(random, 0.02, 0.1);
    }

    /// <summary>Standard deviation of the camera's noise.</summary>
    internal double Noise { get; }

    /// <summary>The colour at a place of the picture, whose sides run from −1 to 1.</summary>
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
        Placement.Any(random, leastScale: 0.06, mostScale: 0.22, reach: 1),
        random.Next(2) == 0 ? Shape.Disc : Shape.Square,
        Colour.Any(random));
}
