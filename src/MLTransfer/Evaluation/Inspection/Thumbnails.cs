using System.Collections.Concurrent;
using Microsoft.ML.Data;
using MLTransfer.Imaging;
using MLTransfer.Imaging.Kernels;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Small copies of images, each pixel the mean of those it covers: to show them, and to compare them.</summary>
internal static class Thumbnails
{
    private const int LongerSide = 128;

    /// <summary>JPEG data URIs by path; images that cannot be decoded have none.</summary>
    internal static IReadOnlyDictionary<string, string> Encode(
        IEnumerable<string> paths, DecodingOptions decoding, CancellationToken cancel)
    {
        var uris = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        // MLImage can only save to files.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("mltransfer-");
        try
        {
            Parallel.ForEach(paths.Distinct(StringComparer.Ordinal), new ParallelOptions { CancellationToken = cancel }, path =>
            {
                if (EncodeOne(path, decoding, folder) is { } jpeg)
                    uris[path] = $"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}";
            });
            return uris;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Shrinks to width × height pixels, red, green and blue.</summary>
    internal static byte[] Shrink(Image image, int width, int height)
    {
        byte[] small = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            var rows = Covered(y, height, image.Height);
            for (int x = 0; x < width; x++)
                Mean(image, Covered(x, width, image.Width), rows, small.AsSpan(3 * (y * width + x), 3));
        }
        return small;
    }

    /// <summary>Shrinks to width × height gray levels.</summary>
    internal static byte[] ShrinkToGray(Image image, int width, int height)
    {
        byte[] colors = Shrink(image, width, height), gray = new byte[colors.Length];
        Luma.Gray(colors, gray);
        return [.. Enumerable.Range(0, width * height).Select(pixel => gray[3 * pixel])];
    }

    private static byte[]? EncodeOne(string path, DecodingOptions decoding, DirectoryInfo folder)
    {
        try
        {
            Image image = ImageSource.FromPath(path).Decode(decoding);
            double scale = Math.Min(1, (double)LongerSide / Math.Max(image.Width, image.Height));
            int width = Math.Max(1, (int)Math.Round(image.Width * scale)), height = Math.Max(1, (int)Math.Round(image.Height * scale));
            using MLImage small = MLImage.CreateFromPixels(
                width, height, MLPixelFormat.Rgba32, AddOpaqueAlpha(Shrink(image, width, height)));
            string file = Path.Combine(folder.FullName, $"{Guid.NewGuid():N}.jpg");
            small.Save(file);
            return File.ReadAllBytes(file);
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private static byte[] AddOpaqueAlpha(byte[] rgb)
    {
        byte[] pixels = new byte[rgb.Length / 3 * 4];
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += 4)
            (pixels[to], pixels[to + 1], pixels[to + 2], pixels[to + 3]) = (rgb[from], rgb[from + 1], rgb[from + 2], byte.MaxValue);
        return pixels;
    }

    // When the image is smaller than its copy, pixels are used more than once.
    private static (int From, int To) Covered(int index, int count, int length)
    {
        int from = (int)((long)index * length / count);
        return (from, Math.Max(from + 1, (int)((index + 1L) * length / count)));
    }

    private static void Mean(Image image, (int From, int To) columns, (int From, int To) rows, Span<byte> mean)
    {
        long red = 0, green = 0, blue = 0, count = (long)(columns.To - columns.From) * (rows.To - rows.From);
        for (int y = rows.From; y < rows.To; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.AsSpan(3 * (y * image.Width + columns.From), 3 * (columns.To - columns.From));
            for (int at = 0; at < row.Length; at += 3)
                (red, green, blue) = (red + row[at], green + row[at + 1], blue + row[at + 2]);
        }
        (mean[0], mean[1], mean[2]) = (
            (byte)((red + count / 2) / count), (byte)((green + count / 2) / count), (byte)((blue + count / 2) / count));
    }
}
