namespace MLTransfer.Imaging.Transforms;

/// <summary>The colour of a pixel.</summary>
/// <param name="Red">From 0 to 255.</param>
/// <param name="Green">From 0 to 255.</param>
/// <param name="Blue">From 0 to 255.</param>
public readonly record struct Color(byte Red, byte Green, byte Blue)
{
    /// <summary>All 0.</summary>
    public static Color Black { get; }

    /// <summary>All 255.</summary>
    public static Color White { get; } = new(255, 255, 255);
}
