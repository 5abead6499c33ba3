using System.Collections.Concurrent;
using Microsoft.ML.Data;
using MLTransfer.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Small copies of images, each as a data URI; images that cannot be decoded have none.</summary>
internal static class Thumbnails
{
    private const int LongerSide = 128;

    public static IReadOnlyDictionary<string, string> Of(IEnumerable<ImageRow> rows, DecodingOptions decoding, CancellationToken cancel)
    {
        var made = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        // MLImage encodes into files only.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mltransfer-");
        try
        {
            Parallel.ForEach(rows.Select(row => row.ImagePath).Distinct(StringComparer.Ordinal),
                new ParallelOptions { CancellationToken = cancel }, path =>
            {
                if (Encoded(path, decoding, folder) is { } jpeg)
                    made[path] = $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";
            });
            return made;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static byte[]? Encoded(string path, DecodingOptions decoding, DirectoryInfo folder)
    {
        try
        {
            Image image = ImageSource.FromPath(path).Decode(decoding);
            double scale = Math.Min(1, (double)LongerSide / Math.Max(image.Width, image.Height));
            (int width, int height) = (Math.Max(1, (int)Math.Round(image.Width * scale)),
                Math.Max(1, (int)Math.Round(image.Height * scale)));
            using MLImage small = MLImage.CreateFromPixels(
                width, height, MLPixelFormat.Rgba32, Opaque(BoxAverage.Of(image, width, height)));
            string file = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.jpg");
            small.Save(file);
            return File.ReadAllBytes(file);
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private static byte[] Opaque(byte[] rgb)
    {
        byte[] pixels = new byte[rgb.Length / 3 * 4];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (pixels[to], pixels[to + 1], pixels[to + 2], pixels[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], byte.MaxValue);
        return pixels;
    }
}
