using System.Globalization;
using System.Text;
using MLTransfer.Imaging;
using MLTransfer.Tests.Reference;

namespace MLTransfer.Tests.Imaging.Transforms;

public class TransformsPageTests
{
    // Set by benchmarks/transforms.sh, which wants the page written anew.
    private const string Wanted = "MLTRANSFER_TRANSFORMS_PAGE";

    [Fact]
    public void The_page_of_transforms_lists_all_that_are_compared()
    {
        string path = Path.Combine(SharedFolder.Repository!, "docs", "transforms.md");
        if (Environment.GetEnvironmentVariable(Wanted) is { } wanted)
            File.WriteAllText(path = wanted, TransformsPage.Of());
        string page = File.ReadAllText(path);

        Assert.All(TransformCases.All, one => Assert.Contains($"| {one.Name} | `{one.Python}` |", page));
    }
}

/// <summary>The page of Markdown that says how far each transform is from torchvision's, and how long both take.</summary>
internal static class TransformsPage
{
    private const int Rounds = 5;
    private const int Photographs = 3;

    private static readonly TimeSpan WarmingUp = TimeSpan.FromSeconds(0.2), Measured = TimeSpan.FromSeconds(0.1);

    internal static string Of()
    {
        using TorchvisionPixels torchvision = new(Rounds);
        var page = new StringBuilder();
        string versions = $"torchvision {torchvision.Versions["torchvision"]} and Pillow {torchvision.Versions["pillow"]}",
            sizes = string.Join(", ", TorchvisionPixels.Images.Take(Photographs).Select(image => $"{image.Width} × {image.Height}"));
        page.AppendLine(CultureInfo.InvariantCulture,
            $"""
            # Transforms

            Every transform compared with torchvision's on PIL images: made by `benchmarks/transforms.sh` with {versions},
            over three photographs of {sizes} pixels.
            The tests allow no difference at all but in what torchvision computes in single precision: elastic transforms may be a gray
            level off in a hundredth of the pixels, Gaussian blur in a thousandth; and a pixel in a thousand of an elastic transform to the
            nearest may be another one, where a point is rounded to the other side of the line between two pixels or of the image's edge.

            `AugMix` does its operations as on PIL images, like every other transform, and is compared with torchvision's sum of such
            chains. torchvision itself does them on tensors there, where edges of moved images and the rounding of most operations differ.

            - **largest**: the largest difference of a color, in gray levels of 255. **differing**: the fraction of the pixels that differ.
            - **ms**: milliseconds of processor time for an image, averaged over many calls and the photographs; random transforms are
              measured with fixed numbers instead of random ones.

            | transform | in torchvision | largest | differing | ms | torchvision's ms |
            | --- | --- | ---: | ---: | ---: | ---: |
            """);
        // Only code that ran for a while is compiled as well as can be.
        foreach (TransformCase transform in TransformCases.All)
            Milliseconds(transform, TorchvisionPixels.Images[1], WarmingUp);
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
            Image image = TorchvisionPixels.Images[i];
            differences.Add(PixelDifference.Between(torchvision.ImageOf(i, index).Pixels, transform.Ours(image).Pixels));
            ours += Milliseconds(transform, image, Measured);
            theirs += torchvision.Of(i, index).Seconds * 1000;
        }
        string differing = Percent(differences.Average(one => one.FractionThatDiffers));
        return string.Create(CultureInfo.InvariantCulture,
            $"| {transform.Name} | `{transform.Python}` | {differences.Max(one => one.Largest)} | {differing} | "
            + $"{ours / Photographs:0.00} | {theirs / Photographs:0.00} |");
    }

    private static string Percent(double fraction) => fraction == 0 ? "0" : fraction.ToString("0.0000 %", CultureInfo.InvariantCulture);

    // Of the processor: what else runs on the machine hardly changes it.
    private static double Milliseconds(TransformCase transform, Image image, TimeSpan atLeast)
    {
        byte[] target = transform.Ours(image).Pixels;
        TimeSpan start = Environment.CpuUsage.TotalTime, passed;
        int count = 0;
        do
        {
            transform.Repeat(image, target);
            count++;
        }
        while ((passed = Environment.CpuUsage.TotalTime - start) < atLeast);
        return passed.TotalMilliseconds / count;
    }
}
