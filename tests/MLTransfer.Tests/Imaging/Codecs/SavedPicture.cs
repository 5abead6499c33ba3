using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Codecs;

internal static class SavedPicture
{
    /// <returns>The path.</returns>
    internal static string AsJpeg(Picture picture, string path)
    {
        byte[] pixels = [.. picture.Pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))];
        using var image = MLImage.CreateFromPixels(picture.Width, picture.Height, MLPixelFormat.Rgba32, pixels);
        image.Save(path);
        return path;
    }
}
