using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Decoding;

internal static class SavedImage
{
    /// <returns>The path.</returns>
    internal static string AsJpeg(Image image, string path)
    {
        byte[] pixels = [.. image.Pixels.Chunk(3).SelectMany(pixel => pixel.Append((byte)255))];
        using var encoded = MLImage.CreateFromPixels(image.Width, image.Height, MLPixelFormat.Rgba32, pixels);
        encoded.Save(path);
        return path;
    }
}
