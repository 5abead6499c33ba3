using MLTransfer.Models;

namespace MLTransfer.Weights;

/// <summary>The backbone that the tensors of a file belong to, by their shapes.</summary>
/// <param name="Backbone">The backbone.</param>
/// <param name="Classes">The number of classes of the file's classifier; null when it has none.</param>
internal sealed record BackboneDetector(Backbone Backbone, int? Classes)
{
    private const int DeepestHead = 2, DeepestPrefix = 4, MostPrefixes = 64;
    private const string Auxiliary = "aux";
    private static readonly string[] OnlyParts = ["features.", "layers."];
    private static readonly string[] NotTrained = [".running_mean", ".running_var", ".relative_coords_table", "mean_image"];

    /// <summary>The prefix of the backbone's tensors in the file, such as <c>model.</c>; may be empty.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>
    /// Identifies a backbone by its number of parameters before the classifier, without auxiliary heads: no two backbones of this library
    /// have the same. The classifier may be any under one name, for any number of classes, or missing; there may be other tensors where all
    /// names of the backbone share a prefix.
    /// </summary>
    /// <param name="tensors">All tensors of the file.</param>
    /// <returns>The backbone; null when it is not in the zoo.</returns>
    public static BackboneDetector? Detect(IEnumerable<TensorDescription> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        TensorDescription[] all = [.. tensors];
        // The shortest prefix first: a longer one has fewer tensors.
        return all.SelectMany(tensor => Starts(tensor.Name)).CountBy(prefix => prefix, StringComparer.Ordinal)
            .OrderByDescending(prefix => prefix.Value).Take(MostPrefixes).Select(prefix => prefix.Key).OrderBy(prefix => prefix.Length)
            .Select(prefix => DetectUnder(prefix, all)).FirstOrDefault(found => found is not null);
    }

    private static List<string> Starts(string name) =>
        name.Split('.')[..^1].Take(DeepestPrefix).Aggregate(new List<string> { "" }, (starts, part) => [.. starts, $"{starts[^1]}{part}."]);

    private static BackboneDetector? DetectUnder(string prefix, TensorDescription[] all)
    {
        TensorDescription[] trained = [.. all.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Select(tensor => tensor with { Name = tensor.Name[prefix.Length..] }).Where(IsTrained)];
        Int128 sum = Sum(trained);
        if (FindByBodyParameters(sum) is { } headless)
            return new(headless, null) { Prefix = prefix + Shared(trained) };
        IEnumerable<IGrouping<string, TensorDescription>> heads = trained.SelectMany(Prefixes, (tensor, head) => (tensor, head))
            .GroupBy(pair => pair.head, pair => pair.tensor, StringComparer.Ordinal);
        return heads.Select(head => FindByBodyParameters(sum - Sum(head)) is { } backbone
            ? new BackboneDetector(backbone, Outputs(head)) { Prefix = prefix + Shared([.. trained.Except(head)]) }
            : null).FirstOrDefault(found => found is not null);
    }

    // The prefix that all names share. Some backbones have a single part besides the classifier: its name is not part of the prefix.
    private static string Shared(TensorDescription[] body)
    {
        string shared = Starts(body[0].Name).Last(start => body.All(tensor => tensor.Name.StartsWith(start, StringComparison.Ordinal)));
        string? own = OnlyParts.FirstOrDefault(part => shared == part || shared.EndsWith('.' + part, StringComparison.Ordinal));
        return own is null ? shared : shared[..^own.Length];
    }

    private static bool IsTrained(TensorDescription tensor) =>
        tensor.Type is TensorType.Float16 or TensorType.BFloat16 or TensorType.Float32 or TensorType.Float64
        && !NotTrained.Any(tensor.Name.EndsWith) && !tensor.Name.StartsWith(Auxiliary, StringComparison.OrdinalIgnoreCase);

    // fc.weight may be of the head fc; classifier.6.weight of the head classifier or classifier.6.
    private static IEnumerable<string> Prefixes(TensorDescription tensor)
    {
        string[] parts = tensor.Name.Split('.');
        return Enumerable.Range(1, Math.Min(DeepestHead, parts.Length - 1)).Select(depth => string.Join('.', parts[..depth]));
    }

    private static Int128 Sum(IEnumerable<TensorDescription> tensors) => tensors.Aggregate((Int128)0, (sum, tensor) => sum + tensor.Count);

    private static Backbone? FindByBodyParameters(Int128 numbers) =>
        ModelZoo.All.FirstOrDefault(backbone => backbone.RequiredBodyParameters == numbers);

    private static int? Outputs(IEnumerable<TensorDescription> head) =>
        head.LastOrDefault(tensor => tensor.Shape.Length >= 2) is { } last ? (int)last.Shape[0] : null;
}
