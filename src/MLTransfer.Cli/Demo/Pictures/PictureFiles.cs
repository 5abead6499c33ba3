using Microsoft.ML.Data;

namespace MLTransfer.Cli.Demo.Pictures;

/// <summary>Writes a set of pictures as PNG files: one folder per class.</summary>
internal static class PictureFiles
{
    internal static void Write(PictureSet set, string folder, CancellationToken cancel)
    {
        foreach (var shown in set.Classes)
            Directory.CreateDirectory(Path.Combine(folder, shown.Name));
        var pictures = Enumerable.Range(0, set.Classes.Count * set.PicturesPerClass);
        Parallel.ForEach(
            pictures, new ParallelOptions { CancellationToken = cancel },
            picture => Write(set, picture % set.Classes.Count, picture / set.Classes.Count, folder));
    }

    private static void Write(PictureSet set, int classIndex, int number, string folder)
    {
        using var image = MLImage.CreateFromPixels(PictureSet.Side, PictureSet.Side, MLPixelFormat.Rgba32, set.Pixels(classIndex, number));
        image.Save(Path.Combine(folder, set.Classes[classIndex].Name, $"{number:000}.png"));
    }
}
