using System.Diagnostics;
using System.Globalization;
using System.Text;
using MLTransfer.Imaging;

namespace MLTransfer.Tests.Imaging.Transforms.Parity;

/// <summary>The page of Markdown that says how far each transform is from torchvision's, and how long both take.</summary>
internal static class TransformsPage
{
    private const int Rounds = 7;
    private const int Photographs = 3;

    private static readonly TimeSpan WarmingUp = TimeSpan.FromSeconds(0.3);

    internal static string Of()
    {
        using TorchvisionPixels torchvision = new(Rounds);
        var page = new StringBuilder();
        page.AppendLine(CultureInfo.InvariantCulture,
            $"""
            # Transforms

            Every transform beside torchvision's on PIL pictures: made by `benchmarks/transforms.sh` with torchvision {torchvision.Versions["torchvision"]} and Pillow {torchvision.Versions["pillow"]}, over three
            photographs of {string.Join(", ", TorchvisionPixels.Pictures.Take(Photographs).Select(picture => $"{picture.Width} × {picture.Height}"))} pixels. The tests allow no difference at all; only elastic
            transforms, which torchvision computes in single precision, may be a grey level off in a hundredth of the pixels, and a pixel in a thousand where
            a place that is rounded otherwise falls beyond the edge of the picture.

            - **largest**: the largest difference of a colour, in grey levels of 255. **differing**: the share of the pixels that are not the same.
            - **ms**: milliseconds for a picture on one thread, the best of {Rounds}, averaged over the photographs; what random transforms do is measured with
              fixed numbers in place of chance.

            | transform | in torchvision | largest | differing | ms | torchvision's ms |
            | --- | --- | ---: | ---: | ---: | ---: |
            """);
        for (int index = 0; index < TransformCases.All.Count; index++)
            page.AppendLine(Row(torchvision, index));
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static string Row(TorchvisionPixels torchvision, int index)
    {
        TransformCase transform = TransformCases.All[index];
        var differences = new List<PixelDifference>();
        double ours = 0, theirs = 0;
        for (int i = 0; i < Photographs; i++)
        {
            Picture picture = TorchvisionPixels.Pictures[i];
            differences.Add(PixelDifference.Between(torchvision.PictureOf(i, index).Pixels, transform.Ours(picture).Pixels));
            // Only code that ran for a while is compiled as well as can be.
            for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmingUp;)
                transform.Ours(picture);
            ours += Enumerable.Range(0, Rounds).Min(_ => Milliseconds(transform, picture));
            theirs += torchvision.Of(i, index).Seconds * 1000;
        }
        return string.Create(CultureInfo.InvariantCulture,
            $"| {transform.Name} | `{transform.Python}` | {differences.Max(one => one.Largest)} | {Share(differences.Average(one => one.ShareThatDiffers))} | {ours / Photographs:0.00} | {theirs / Photographs:0.00} |");
    }

    private static string Share(double share) => share == 0 ? "0" : share.ToString("0.0000 %", CultureInfo.InvariantCulture);

    private static double Milliseconds(TransformCase transform, Picture picture)
    {
        long start = Stopwatch.GetTimestamp();
        transform.Ours(picture);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
