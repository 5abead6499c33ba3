namespace MLTransfer.Imaging;

/// <summary>A decoded image: red, green and blue of each pixel, a byte each, row after row without gaps.</summary>
public sealed class Image
{
    /// <summary>Takes the pixels without copying them.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
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

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    internal ImageDimensions Size => new(Width, Height);

    /// <summary>Red, green, blue of each pixel, row-major: <see cref="Height"/> × <see cref="Width"/> × 3.</summary>
    public byte[] Pixels { get; }
}

/// <summary>The size of an image in pixels.</summary>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public readonly record struct ImageDimensions(int Width, int Height);
