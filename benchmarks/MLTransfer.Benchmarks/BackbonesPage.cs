using System.Globalization;
using System.Text;
using MLTransfer.Models;

namespace MLTransfer.Benchmarks;

/// <summary>The comparisons of all backbones, and the versions they were made with.</summary>
internal sealed record BackboneReport(
    string Torch, string Torchvision, int Threads, int Rounds, IReadOnlyList<BackboneComparison> Backbones);

/// <summary>A backbone compared with torchvision's; the numbers are null if torchvision has none of that name.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="Parameters">The number of its parameters.</param>
/// <param name="Size">The side of the images, in pixels.</param>
/// <param name="LogitsDifference">The largest difference of a score, relative to the largest score.</param>
/// <param name="GradientDifference">The same for the gradient of the loss with respect to the first parameter.</param>
/// <param name="PeerLoadSeconds">Median time of torch.load and load_state_dict.</param>
/// <param name="OursLoadSeconds">Median time of loading the same file into our network.</param>
internal sealed record BackboneComparison(
    string Backbone, long Parameters, long? Size, double? LogitsDifference, double? GradientDifference, double? PeerLoadSeconds,
    double? OursLoadSeconds)
{
    internal static BackboneComparison Alone(Backbone backbone) => new(backbone.Name, backbone.Parameters, null, null, null, null, null);
}

/// <summary>A report as a page of Markdown.</summary>
internal static class BackbonesPage
{
    private const string Unknown = "–";

    internal static string Of(BackboneReport report)
    {
        var page = new StringBuilder();
        page.AppendLine(
            $"""
            # Backbones

            Each backbone compared with torchvision's of the same name: made by `benchmarks/backbones.sh` with PyTorch {report.Torch} and
            torchvision {report.Torchvision}, over the libtorch of this version. Both sides read the same random weights from a file that
            PyTorch wrote, which requires every name and shape of the `state_dict` to agree. Weights that start as a constant, such as the
            scale of a norm, are made random, too.

            - **scores**, **gradient**: the largest difference of the scores of two images, and of the gradient of their loss with
              respect to the first parameter, each relative to the largest value there. Another order of float32 sums explains
              differences of scores up to 1e-4; those of gradients reach 1e-2 where a sum close to zero passes a ReLU on one side only.
            - **load**: milliseconds from a `.pth` file into a network, the median of {report.Rounds} rounds in turns with `torch.load` and
              `load_state_dict`.
            - {Unknown}: torchvision has no such network; the tests compare it in other ways.

            | backbone | parameters | input | scores | gradient | load | PyTorch's load | times as fast |
            | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
            """);
        foreach (var row in report.Backbones)
        {
            string[] cells =
            [
                row.Backbone, row.Parameters.ToString("#,0", CultureInfo.InvariantCulture),
                row.Size?.ToString(CultureInfo.InvariantCulture) ?? Unknown,
                Number(row.LogitsDifference, "0.0e-0"), Number(row.GradientDifference, "0.0e-0"), Number(row.OursLoadSeconds * 1000, "#,0"),
                Number(row.PeerLoadSeconds * 1000, "#,0"), Number(row.PeerLoadSeconds / row.OursLoadSeconds, "0.0"),
            ];
            page.AppendLine($"| {string.Join(" | ", cells)} |");
        }
        return page.ToString().ReplaceLineEndings("\n");
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? Unknown;
}
