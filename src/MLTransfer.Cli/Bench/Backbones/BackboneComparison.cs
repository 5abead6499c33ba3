using MLTransfer.Models;

namespace MLTransfer.Cli.Bench.Backbones;

/// <summary>A backbone beside torchvision's; the numbers are null where torchvision has none of that name.</summary>
/// <param name="Backbone">Its name.</param>
/// <param name="Parameters">How many numbers are trained.</param>
/// <param name="Size">The side of the images that were compared.</param>
/// <param name="LogitsDifference">The largest difference of a score, as a part of the largest score.</param>
/// <param name="GradientDifference">That of the loss's gradient in the first parameter.</param>
/// <param name="PeerLoadSeconds">Median time of torch.load and load_state_dict.</param>
/// <param name="OursLoadSeconds">Median time of reading the same file into the network here.</param>
internal sealed record BackboneComparison(
    string Backbone, long Parameters, long? Size, double? LogitsDifference, double? GradientDifference, double? PeerLoadSeconds,
    double? OursLoadSeconds)
{
    internal static BackboneComparison Alone(Backbone backbone) => new(backbone.Name, backbone.Parameters, null, null, null, null, null);
}
