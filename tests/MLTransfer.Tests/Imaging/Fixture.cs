using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging;

/// <summary>The small images of the folder Fixtures, and what they show.</summary>
internal static class Fixture
{
    internal const int Width = 24, Height = 16;

    internal static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Imaging", "Fixtures", name);

    internal static byte[] Bytes(string name) => File.ReadAllBytes(PathOf(name));

    internal static Image Decode(string name) => new FileImage(PathOf(name)).Decode();

    /// <summary>An image with each pixel computed from its column and row.</summary>
    internal static Image Drawn(int width, int height, Func<int, int, (int R, int G, int B)> pixel)
    {
        byte[] pixels = new byte[width * height * 3];
        for (int i = 0; i < pixels.Length; i += 3)
        {
            (int r, int g, int b) = pixel(i / 3 % width, i / 3 / width);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ((byte)r, (byte)g, (byte)b);
        }
        return new Image(width, height, pixels);
    }

    /// <summary>What the colored fixtures show.</summary>
    internal static Image Shown() => Drawn(Width, Height, (x, y) => (10 * x, 15 * y, 6 * (x + y)));
}
