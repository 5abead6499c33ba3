namespace MLTransfer.Imaging.Transforms;

/// <summary>A place in an image; the centre of its first pixel is at 0.5, 0.5.</summary>
/// <param name="X">Pixels from the left edge.</param>
/// <param name="Y">Pixels from the upper edge.</param>
public readonly record struct ImagePoint(double X, double Y);
