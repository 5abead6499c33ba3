using Microsoft.ML.Data;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Evaluation.Inspection;

/// <summary>A folder of drawn images in which a test plants its problems.</summary>
internal sealed class PlantedSet : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Draws images of classes a and b, each of another scene: in train and val, or without splits.</summary>
    public PlantedSet(bool splits = false, int perClass = 4)
    {
        foreach ((string place, int index) in (splits ? ["train/a", "train/b", "val/a", "val/b"] : new[] { "a", "b" })
            .Select((place, index) => (place, index)))
        {
            for (int number = 0; number < perClass; number++)
                Draw($"{place}/{number}.png", scene: 100 * index + number);
        }
    }

    public string Path => _folder.Path;

    public string PathOf(string name) => _folder.PathOf(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Draws a scene: overlapping discs of random place, size and color; as PNG or JPEG, in any size and brightness.</summary>
    public void Draw(string name, int scene, int width = 120, int height = 90, double brightness = 1)
    {
        var random = new Random(scene);
        var discs = Enumerable.Range(0, 12)
            .Select(_ => (X: random.NextDouble(), Y: random.NextDouble(), R: 0.1 + 0.25 * random.NextDouble(),
            Color: random.Next(1 << 24))).ToArray();
        byte[] pixels = new byte[width * height * 4];
        for (int pixel = 0; pixel < width * height; pixel++)
        {
            (double x, double y) = ((pixel % width + 0.5) / width, (pixel / width + 0.5) / height);
            int color = discs.LastOrDefault(disc => (x - disc.X) * (x - disc.X) + (y - disc.Y) * (y - disc.Y) < disc.R * disc.R).Color;
            for (int part = 0; part < 3; part++)
                pixels[4 * pixel + part] = (byte)(brightness * ((color >> (8 * part)) & 255));
            pixels[4 * pixel + 3] = 255;
        }
        Save(name, width, height, pixels);
    }

    public void Fill(string name, int width, int height, byte level) => Shade(name, width, height, (_, _) => level);

    public void Shade(string name, int width, int height, Func<int, int, byte> level) => Save(name, width, height,
        [.. Enumerable.Range(0, width * height * 4).Select(at => at % 4 == 3 ? (byte)255 : level(at / 4 % width, at / 4 / width))]);

    public void Write(string name, byte[] content) => File.WriteAllBytes(Placed(name), content);

    public void Copy(string from, string to) => File.Copy(PathOf(from), Placed(to));

    private void Save(string name, int width, int height, byte[] pixels)
    {
        using MLImage image = MLImage.CreateFromPixels(width, height, MLPixelFormat.Rgba32, pixels);
        image.Save(Placed(name));
    }

    private string Placed(string name)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(PathOf(name))!);
        return PathOf(name);
    }
}
