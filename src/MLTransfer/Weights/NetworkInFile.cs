using MLTransfer.Errors;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>
/// Finds a network within the tensors of a trainer's checkpoint, whatever its names begin with there: <c>model.</c>,
/// <c>student.encoder.</c>
/// </summary>
internal static class NetworkInFile
{
    private const int Shown = 5, LongestPrefix = 120, MostPrefixes = 1000;

    /// <summary>What the names of the network's tensors begin with; empty where they are not found by names and shapes.</summary>
    /// <exception cref="WeightsException">Several parts of the file fit.</exception>
    public static string Prefix(
        nn.Module module, IReadOnlyList<TensorDescription> tensors, string? classifier, string file, string architecture)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = module.state_dict();
        if (state.Count == 0)
            return "";
        IReadOnlyList<OptionalPart> optional = OptionalPart.Of(module, classifier);
        string first = state.Keys.First();
        string[] prefixes = [.. tensors.Where(tensor => tensor.Name == first || tensor.Name.EndsWith('.' + first, StringComparison.Ordinal))
            .Select(tensor => tensor.Name[..^first.Length]).Distinct(StringComparer.Ordinal)];
        if (prefixes is [] or [""])
            return "";
        TensorDescription[] sorted = [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        string[] names = [.. sorted.Select(tensor => tensor.Name)];
        // A network lies further out than its parts, which may begin with a tensor of the same name.
        string[] fitting = [.. prefixes.OrderBy(prefix => prefix.Length).Take(MostPrefixes).Where(Fits)];
        return fitting switch
        {
            [] => "",
            [var prefix] => prefix,
            _ when fitting.Contains("") => "",
            _ => throw new WeightsException(
                file,
                $"holds {architecture} {fitting.Length} times, under the names "
                    + string.Join(", ", fitting.Order(StringComparer.Ordinal).Take(Shown).Select(Quoted))
                    + (fitting.Length > Shown ? ", …" : ""),
                "Save the one that you want alone, in PyTorch: torch.save({k.removeprefix(\"PREFIX\"): v "
                    + "for k, v in state_dict.items() if k.startswith(\"PREFIX\")}, \"weights.pth\")."),
        };

        bool Fits(string prefix)
        {
            int found = Array.BinarySearch(names, prefix, StringComparer.Ordinal);
            Dictionary<string, TensorDescription> part = sorted.Skip(found < 0 ? ~found : found)
                .TakeWhile(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
                // So many cannot all be of the network: the file may nest prefixes to make this slow.
                .Take(2 * state.Count + 1).ToDictionary(tensor => tensor.Name[prefix.Length..], StringComparer.Ordinal);
            return !StateMatch.Of(state, part, optional, module as IAdaptsToWeights).Differences.Any;
        }
    }

    /// <summary>One line on where in a file a network was found; null where it is all that the file holds.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">What the line calls it.</param>
    /// <param name="prefix">What <see cref="Prefix"/> found.</param>
    public static string? Told(OpenWeights file, string name, string prefix)
    {
        string whole = file.DroppedPrefix + prefix, container = file.Content.Container;
        if (whole.Length == 0 && container.Length == 0)
            return null;
        IReadOnlyList<string> others = file.Content.OtherContainers;
        string left = string.Join(", ", others.Select(Quoted));
        return $"weights: {Quoted(name)} holds the network{(container.Length > 0 ? $" under {Quoted(container)}" : "")}"
            + (whole.Length > 0 ? $"{(container.Length > 0 ? "," : "")} with names that begin with {Quoted(whole)}" : "")
            + (others.Count > 0 ? $"; {left} {(others.Count == 1 ? "is" : "are")} there too and not taken" : "");
    }

    private static string Quoted(string text) => $"'{Printable.Of(text, LongestPrefix)}'";
}
