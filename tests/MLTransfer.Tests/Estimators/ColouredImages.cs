using Microsoft.ML.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Estimators;

/// <summary>Small noisy images of two or more colors, one folder a color: easy to tell apart, quick to train on.</summary>
internal sealed class ColouredImages : IDisposable
{
    private static readonly (string Name, int R, int G, int B)[] Colors =
        [("blue", 60, 60, 200), ("green", 60, 200, 60), ("red", 200, 60, 60)];

    private readonly TemporaryFolder _folder = new();

    public ColouredImages(int perClass = 8, int classes = 2, int side = 40)
    {
        var random = new Random(5);
        foreach ((string name, int r, int g, int b) in Colors.Take(classes))
        {
            Directory.CreateDirectory(_folder.PathOf(name));
            for (int i = 0; i < perClass; i++)
            {
                byte[] pixels = new byte[side * side * 4];
                for (int p = 0; p < pixels.Length; p += 4)
                {
                    pixels[p] = Noisy(b);
                    pixels[p + 1] = Noisy(g);
                    pixels[p + 2] = Noisy(r);
                    pixels[p + 3] = 255;
                }

                using MLImage image = MLImage.CreateFromPixels(side, side, MLPixelFormat.Bgra32, pixels);
                image.Save(System.IO.Path.Combine(_folder.PathOf(name), $"{i:d2}.png"));
            }
        }

        byte Noisy(int level) => (byte)Math.Clamp(level + random.Next(-50, 50), 0, 255);
    }

    public string Path => _folder.Path;

    public string PathOf(string name) => _folder.PathOf(name);

    public void Dispose() => _folder.Dispose();
}
