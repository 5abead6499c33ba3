using MLTransfer.Models;
using MLTransfer.Weights;

namespace MLTransfer.Estimators;

/// <summary>A backbone of the zoo that the tensors of a file look like.</summary>
/// <param name="Backbone">The backbone.</param>
/// <param name="Classes">How many classes the file's classifier tells apart; null when it has none.</param>
public sealed record Lookalike(Backbone Backbone, int? Classes)
{
    private const int DeepestHead = 2;
    private const string Auxiliary = "aux";
    private static readonly string[] NotTrained = [".running_mean", ".running_var", ".relative_coords_table"];

    /// <summary>
    /// Tells of which backbone tensors are by how many numbers are trained before the classifier, auxiliary heads aside: no two of the zoo have as many. The classifier
    /// may be any that lies under one name, for any number of classes, or missing.
    /// </summary>
    /// <param name="tensors">All tensors of the file.</param>
    /// <returns>The backbone; null when it is none of the zoo.</returns>
    public static Lookalike? Of(IEnumerable<TensorDescription> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        TensorDescription[] trained = [.. tensors.Where(IsTrained)];
        Int128 all = Sum(trained);
        if (Having(all) is { } headless)
            return new(headless, null);
        IEnumerable<IGrouping<string, TensorDescription>> heads = trained.SelectMany(Prefixes, (tensor, prefix) => (tensor, prefix))
            .GroupBy(pair => pair.prefix, pair => pair.tensor, StringComparer.Ordinal);
        return heads.Select(head => Having(all - Sum(head)) is { } backbone ? new Lookalike(backbone, Outputs(head)) : null)
            .FirstOrDefault(found => found is not null);
    }

    private static bool IsTrained(TensorDescription tensor) =>
        tensor.Type is TensorType.Float16 or TensorType.BFloat16 or TensorType.Float32 or TensorType.Float64 && !NotTrained.Any(tensor.Name.EndsWith)
        && !tensor.Name.StartsWith(Auxiliary, StringComparison.OrdinalIgnoreCase);

    // fc.weight may be of the head fc; classifier.6.weight of the head classifier or classifier.6.
    private static IEnumerable<string> Prefixes(TensorDescription tensor)
    {
        string[] parts = tensor.Name.Split('.');
        return Enumerable.Range(1, Math.Min(DeepestHead, parts.Length - 1)).Select(depth => string.Join('.', parts[..depth]));
    }

    private static Int128 Sum(IEnumerable<TensorDescription> tensors) => tensors.Aggregate((Int128)0, (sum, tensor) => sum + tensor.Count);

    private static Backbone? Having(Int128 numbers) =>
        ModelZoo.All.FirstOrDefault(backbone => backbone.BodyParameters - backbone.AuxiliaryParameters == numbers);

    private static int? Outputs(IEnumerable<TensorDescription> head) =>
        head.LastOrDefault(tensor => tensor.Shape.Length >= 2) is { } last ? (int)last.Shape[0] : null;
}
