using MLTransfer.Errors;
using MLTransfer.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Which tensors of a file belong to which of a module, and which do not fit.</summary>
/// <param name="Names">The tensors to load: those that both have.</param>
/// <param name="Reshaped">Those of them that must get another shape in the module first.</param>
/// <param name="Wanted">The number of tensors that the module needs.</param>
/// <param name="WithClassifier">Whether the classifier is among them.</param>
/// <param name="Differences">The tensors that do not fit.</param>
internal sealed record StateMatch(
    IReadOnlyList<string> Names, IReadOnlyList<string> Reshaped, int Wanted, bool WithClassifier, StateDifferences Differences)
{
    private const string Counter = "num_batches_tracked";

    /// <param name="state">The tensors of the module.</param>
    /// <param name="tensors">The tensors of the file.</param>
    /// <param name="optional">The modules that may be missing, or have another number of classes.</param>
    /// <param name="adapting">The module, where it accepts other shapes.</param>
    public static StateMatch Compare(
        Dictionary<string, Tensor> state, IReadOnlyDictionary<string, TensorDescription> tensors, IReadOnlyList<OptionalModule> optional,
        ICheckpointCompatibility? adapting = null)
    {
        bool IsSame(string name) => tensors[name].Shape.AsSpan().SequenceEqual(state[name].shape);
        bool Fits(string name) => tensors.ContainsKey(name) && (IsSame(name) || adapting?.AcceptsShape(name, tensors[name].Shape) == true);
        OptionalModule[] left = [.. optional
            .Where(part => part.IsClassifier ? !state.Keys.Where(part.Contains).All(Fits) : !tensors.Keys.Any(part.Contains))];
        string[] wanted = [.. state.Keys.Where(name => !left.Any(part => part.Contains(name)))];
        var differences = new StateDifferences(
            // Files from before PyTorch 0.4.1 have no such counter.
            [.. wanted.Where(name => !tensors.ContainsKey(name) && !name.EndsWith(Counter, StringComparison.Ordinal))],
            [.. tensors.Keys.Where(name => !state.ContainsKey(name) && !optional.Any(part => part.IsClassifier && part.Contains(name)))],
            [.. wanted.Where(name => tensors.ContainsKey(name) && !Fits(name))
                .Select(name =>
                    $"{name} is [{string.Join(", ", tensors[name].Shape)}], expected [{string.Join(", ", state[name].shape)}]")]);
        string[] names = [.. wanted.Where(tensors.ContainsKey)];
        bool withClassifier = optional is not [{ IsClassifier: true } classifier, ..] || !left.Contains(classifier);
        return new StateMatch(names, differences.Any ? [] : [.. names.Where(name => !IsSame(name))], wanted.Length, withClassifier,
            differences);
    }
}

/// <summary>The differences between the tensors of a file and those of a module.</summary>
internal sealed record StateDifferences(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    private const int Shown = 5, LongestName = 120;

    public bool Any => Missing.Count + Unexpected.Count + Misshapen.Count > 0;

    /// <param name="file">The file.</param>
    /// <param name="architecture">The name of the module.</param>
    /// <param name="wanted">The number of tensors it needs.</param>
    /// <param name="recognized">The architecture the tensors seem to belong to, if known.</param>
    public WeightsException Error(string file, string architecture, int wanted, string? recognized)
    {
        bool another = 2 * (Missing.Count + Misshapen.Count + Unexpected.Count) > wanted;
        string[] lists = [.. new[] { List("missing", Missing), List("unexpected", Unexpected), List("of another shape", Misshapen) }
            .OfType<string>()];
        return new WeightsException(
            file, $"{(another ? "belongs to another network than" : "does not fit")} {architecture}. {string.Join(". ", lists)}",
            recognized is null || recognized == architecture
                ? "Name the backbone that the weights were trained with, or the weights of this backbone."
                : $"The tensors look like those of {recognized}: name that backbone, or the weights of {architecture}.");
    }

    private static string? List(string what, IReadOnlyList<string> names) => names.Count == 0
        ? null
        : $"{names.Count} {what}: {string.Join("; ", names.Take(Shown).Select(name => Printable.Sanitize(name, LongestName)))}"
        + (names.Count > Shown ? "; …" : "");
}

/// <summary>A module of a network that keeps its values where a file has none for it.</summary>
/// <param name="Name">Its name in the <c>state_dict</c>.</param>
/// <param name="IsClassifier">Whether its shape depends on the number of classes: it also keeps its values where the file has another
/// number.</param>
internal sealed record OptionalModule(string Name, bool IsClassifier)
{
    /// <summary>The classifier first, if its name is given; then the auxiliary heads with their classifiers.</summary>
    public static IReadOnlyList<OptionalModule> ListFor(nn.Module module, string? classifier)
    {
        IReadOnlyList<AuxiliaryHead> auxiliary = (module as ImageModel)?.AuxiliaryHeads ?? [];
        IEnumerable<OptionalModule> helping = auxiliary.Select(head => new OptionalModule(head.StateName, false));
        return classifier is null ? [.. helping]
            : [new(classifier, true), .. auxiliary.Select(head => new OptionalModule(head.ClassifierName, true)), .. helping];
    }

    /// <summary>Whether the tensor of that name belongs to it.</summary>
    public bool Contains(string tensor) =>
        tensor.Length > Name.Length && tensor[Name.Length] == '.' && tensor.StartsWith(Name, StringComparison.Ordinal);
}

/// <summary>
/// Finds a network within the tensors of a trainer's checkpoint, under any prefix: <c>model.</c>, <c>student.encoder.</c>
/// </summary>
internal static class NetworkInFile
{
    private const int Shown = 5, LongestPrefix = 120, MostPrefixes = 1000;

    /// <summary>The prefix of the network's tensors; empty where names and shapes do not show one.</summary>
    /// <exception cref="WeightsException">More than one prefix fits.</exception>
    public static string FindPrefix(
        nn.Module module, IReadOnlyList<TensorDescription> tensors, string? classifier, string file, string architecture)
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> state = module.state_dict();
        if (state.Count == 0)
            return "";
        IReadOnlyList<OptionalModule> optional = OptionalModule.ListFor(module, classifier);
        string first = state.Keys.First();
        string[] prefixes = PrefixesOf(first, tensors);
        if (prefixes is [] or [""])
            return "";
        TensorDescription[] sorted = [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];
        string[] names = [.. sorted.Select(tensor => tensor.Name)];
        // Shortest first: a part of the network may start with a tensor of the same name, and its prefix is longer.
        string[] fitting = [.. prefixes.OrderBy(prefix => prefix.Length).Take(MostPrefixes).Where(Fits)];
        return fitting switch
        {
            [] => "",
            [var prefix] => prefix,
            _ when fitting.Contains("") => "",
            _ => throw Ambiguous(fitting, file, architecture),
        };

        bool Fits(string prefix)
        {
            int found = Array.BinarySearch(names, prefix, StringComparer.Ordinal);
            Dictionary<string, TensorDescription> part = sorted.Skip(found < 0 ? ~found : found)
                .TakeWhile(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
                // More cannot all belong to the network: a hostile file may nest prefixes to make this slow.
                .Take(2 * state.Count + 1).ToDictionary(tensor => tensor.Name[prefix.Length..], StringComparer.Ordinal);
            return !StateMatch.Compare(state, part, optional, module as ICheckpointCompatibility).Differences.Any;
        }
    }

    private static string[] PrefixesOf(string name, IEnumerable<TensorDescription> tensors) =>
    [
        .. tensors.Where(tensor => tensor.Name == name || tensor.Name.EndsWith('.' + name, StringComparison.Ordinal))
            .Select(tensor => tensor.Name[..^name.Length]).Distinct(StringComparer.Ordinal),
    ];

    private static WeightsException Ambiguous(string[] prefixes, string file, string architecture) => new(
        file,
        $"holds {architecture} {prefixes.Length} times, under the names "
            + string.Join(", ", prefixes.Order(StringComparer.Ordinal).Take(Shown).Select(Quoted))
            + (prefixes.Length > Shown ? ", …" : ""),
        "Save the one that you want alone, in PyTorch: torch.save({k.removeprefix(\"PREFIX\"): v "
            + "for k, v in state_dict.items() if k.startswith(\"PREFIX\")}, \"weights.pth\").");

    /// <summary>One line that says where in a file a network was found; null where the file holds nothing else.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">Its name in that line.</param>
    /// <param name="prefix">The result of <see cref="FindPrefix"/>.</param>
    public static string? Describe(OpenWeights file, string name, string prefix)
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

    private static string Quoted(string text) => $"'{Printable.Sanitize(text, LongestPrefix)}'";
}
