using Microsoft.ML.Data;

namespace MLTransfer.PublicApi.Tests;

/// <summary>The folders "blue" and "red", each with images of its color that differ a little.</summary>
internal static class ColoredFolders
{
    public static void Draw(DirectoryInfo folder, int perClass)
    {
        foreach ((string label, byte blue, byte red) in new[] { ("blue", (byte)200, (byte)40), ("red", (byte)40, (byte)200) })
        {
            for (int i = 0; i < perClass; i++)
                Save(Path.Combine(folder.CreateSubdirectory(label).FullName, $"{i}.png"), (byte)(blue + i), (byte)(red - i));
        }
    }

    private static void Save(string path, byte blue, byte red)
    {
        byte[] pixels = [.. Enumerable.Repeat<byte[]>([blue, 60, red, 255], 40 * 40).SelectMany(pixel => pixel)];
        using MLImage image = MLImage.CreateFromPixels(40, 40, MLPixelFormat.Bgra32, pixels);
        image.Save(path);
    }
}
