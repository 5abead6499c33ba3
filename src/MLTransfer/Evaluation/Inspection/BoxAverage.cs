using MLTransfer.Imaging;

namespace MLTransfer.Evaluation.Inspection;

/// <summary>Makes an image small by averaging: each new pixel is the mean of those it covers.</summary>
internal static class BoxAverage
{
    /// <summary>Red, green and blue of width × height pixels.</summary>
    public static byte[] Of(Image image, int width, int height)
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

    /// <summary>Shades of width × height pixels, by the weights of ITU-R BT.601.</summary>
    public static byte[] GreyOf(Image image, int width, int height)
    {
        byte[] colours = Of(image, width, height), grey = new byte[width * height];
        for (int pixel = 0; pixel < grey.Length; pixel++)
            grey[pixel] = (byte)((299 * colours[3 * pixel] + 587 * colours[3 * pixel + 1] + 114 * colours[3 * pixel + 2] + 500) / 1000);
        return grey;
    }

    // An image that is smaller than its average gives some pixels twice.
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
