using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>Tells of which backbone weights are by how many numbers they have, the classifier aside: no two of the zoo have as many.</summary>
internal static class Lookalike
{
    private static readonly string[] Untrained = [".running_mean", ".running_var", ".num_batches_tracked"];

    /// <summary>The name of the backbone; null when it is none of the zoo.</summary>
    public static string? Of(IReadOnlyDictionary<string, StoredTensor> tensors)
    {
        long all = tensors.Values.Where(tensor => !Untrained.Any(tensor.Name.EndsWith)).Sum(tensor => tensor.Count);
        return ModelZoo.All.FirstOrDefault(backbone => all - HeadSize(tensors, backbone) == WithoutHead(backbone))?.Name;
    }

    private static long WithoutHead(Backbone backbone) => backbone.Parameters - (backbone.Classes * (backbone.FeatureWidth + 1L));

    // The classifier is the last matrix whose inputs are the features, with a bias for each class.
    private static long HeadSize(IReadOnlyDictionary<string, StoredTensor> tensors, Backbone backbone) => tensors.Values
        .Where(tensor => tensor.Shape is [_, var inputs] && inputs == backbone.FeatureWidth)
        .Select(tensor => tensor.Shape[0] * (backbone.FeatureWidth + 1L)).LastOrDefault();
}
