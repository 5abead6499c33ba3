namespace MLTransfer.Imaging;

/// <summary>A decoded image: red, green and blue of each pixel, a byte each, row after row without gaps.</summary>
public sealed class Image
{
    /// <summary>Takes the pixels without copying them.</summary>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Exactly <paramref name="width"/> × <paramref name="height"/> × 3 bytes.</param>
    /// <exception cref="ArgumentException">The size is not positive, or the number of bytes does not fit it.</exception>
    public Image(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentNullException.ThrowIfNull(pixels);
        if (pixels.Length != (long)width * height * 3)
            throw new ArgumentException($"An image of {width} x {height} pixels has {(long)width * height * 3} bytes; {pixels.Length} "
                + $"were given.", nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue of each pixel, row-major: <see cref="Height"/> × <see cref="Width"/> × 3.</summary>
    public byte[] Pixels { get; }
}
