using Microsoft.ML.Data;

namespace MLTransfer.Cli.Demo;

/// <summary>Writes a set of images as PNG files: one folder per class.</summary>
internal static class ImageFiles
{
    internal static void Write(ImageSet set, string folder, CancellationToken cancel)
    {
        foreach (var shown in set.Classes)
            Directory.CreateDirectory(Path.Combine(folder, shown.Name));
        var images = Enumerable.Range(0, set.Classes.Count * set.ImagesPerClass);
        Parallel.ForEach(
            images, new ParallelOptions { CancellationToken = cancel },
            image => Write(set, image % set.Classes.Count, image / set.Classes.Count, folder));
    }

    private static void Write(ImageSet set, int classIndex, int number, string folder)
    {
        using var image = MLImage.CreateFromPixels(ImageSet.Side, ImageSet.Side, MLPixelFormat.Rgba32, set.Pixels(classIndex, number));
        image.Save(Path.Combine(folder, set.Classes[classIndex].Name, $"{number:000}.png"));
    }
}
