using System.Globalization;
using System.Text;

namespace MLTransfer.Cli.Bench.Backbones;

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

            Backbones beside torchvision's of the same name: made by `benchmarks/backbones.sh` with PyTorch {report.Torch} and torchvision
            {report.Torchvision}, over the libtorch of this version.
            Both have the same random weights, which PyTorch wrote and both read from the same file; that every name and every shape
            of the `state_dict` agrees is a condition for reading it. What starts as a constant, such as the scale of a norm, was made random, too.

            - **scores**, **gradient**: the largest difference of two images' scores, and of the gradient of their loss in the network's first
              parameter, each as a part of the largest number there. Sums of float32 in another order explain differences of scores up to 1e-4;
              those of gradients reach 1e-2 where a sum within rounding of zero passes a ReLU in one of the two and not in the other.
            - **load**: milliseconds from a `.pth` file into a network, the median of {report.Rounds} in turns with `torch.load` and `load_state_dict`.
            - {Unknown}: torchvision has no such network; its tests compare it in other ways.

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
