namespace MLTransfer.Imaging;

/// <summary>The size of an image in pixels.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
public readonly record struct ImageDimensions(int Width, int Height);
