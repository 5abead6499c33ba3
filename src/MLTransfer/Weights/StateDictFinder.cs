using MLTransfer.Errors;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The named tensors of a file, and the dictionaries that hold them.</summary>
/// <param name="Container">The names of the dictionaries around them, from the outermost on, with dots between; may be empty.</param>
/// <param name="Others">The dictionaries with other tensors, such as moving averages, named likewise.</param>
/// <param name="Tensors">The tensors.</param>
internal sealed record FoundTensors(
    string Container, IReadOnlyList<string> Others, IReadOnlyList<(string Name, PickledTensor Tensor)> Tensors);

/// <summary>
/// Finds the named tensors in the content of a file: in the dictionary itself, in one that a training script put into a checkpoint, or in
/// several under names of their own.
/// </summary>
internal static class StateDictFinder
{
    private const int MaximumDepth = 8;

    // A hostile pickle can use one long text as the name of each of a million tensors.
    private const int LongestName = 512;

    // How much of the other keys an error shows.
    private const int ShownKeys = 5, LongestKey = 120;

    // In order of preference: moving averages only where there is nothing else.
    private static readonly string[] Containers =
    [
        "state_dict", "model_state_dict", "model", "net",
        "state_dict_ema", "model_ema", "ema_state_dict", "model_ema_state_dict", "ema_model_state_dict", "ema_model", "ema",
    ];

    /// <exception cref="WeightsException">There are no named tensors.</exception>
    public static FoundTensors Find(object? content, ReadBudget budget, WeightsErrors errors)
    {
        List<string> path = [], others = [];
        while (path.Count < MaximumDepth)
        {
            if (content is not PickledDictionary dictionary)
                throw errors.NoTensors($"it holds {Describe(content)}");
            (string Name, PickledDictionary Items)[] inner = [.. Inner(dictionary)];
            if (inner.Length == 0)
                return new FoundTensors(string.Join('.', path), others, Tensors(dictionary, budget, errors));
            others.AddRange(inner.Skip(1).Select(left => string.Join('.', [.. path, left.Name])));
            path.Add(inner[0].Name);
            content = inner[0].Items;
        }
        throw errors.NoTensors("its dictionaries are nested without end");
    }

    // Looks one level deep only: a dictionary may hold itself.
    private static IEnumerable<(string Name, PickledDictionary Items)> Inner(PickledDictionary dictionary)
    {
        foreach (string name in Containers)
        {
            object? value = dictionary.LastOrDefault(item => item.Key is string key && key == name).Value;
            if (value is PickledDictionary inner && inner.Any(Leads))
                yield return (name, inner);
        }

        static bool Leads(KeyValuePair<object?, object?> item) => item is { Key: string, Value: PickledTensor }
            || (item is { Key: string name, Value: PickledDictionary } && Containers.Contains(name));
    }

    private static List<(string Name, PickledTensor Tensor)> Tensors(PickledDictionary dictionary, ReadBudget budget, WeightsErrors errors)
    {
        List<(string Name, PickledTensor Tensor)> tensors = [.. Named(dictionary, errors)];
        if (tensors.Count > 0)
            return tensors;
        foreach ((object? key, object? value) in dictionary)
        {
            if (key is not string outer || value is not PickledDictionary inner)
                continue;
            // Many keys may share one dictionary.
            budget.Take((Int128)inner.Count * PickleCost.ForPair, "its dictionaries");
            foreach ((string name, PickledTensor tensor) in Named(inner, errors))
            {
                string full = Checked($"{outer}.{name}", errors);
                budget.Take(full.Length * sizeof(char), "its dictionaries");
                tensors.Add((full, tensor));
            }
        }
        if (tensors.Count > 0)
            return tensors;
        IEnumerable<string> others = dictionary.Where(item => item.Key is string).Take(ShownKeys).Select(Shown);
        throw errors.NoTensors(
            dictionary.Count == 0 ? "its dictionary is empty" : $"its dictionary has no tensors, but {string.Join(", ", others)}");
    }

    private static IEnumerable<(string Name, PickledTensor Tensor)> Named(PickledDictionary dictionary, WeightsErrors errors) =>
        from item in dictionary
        where item is { Key: string, Value: PickledTensor }
        select (Checked((string)item.Key!, errors), (PickledTensor)item.Value!);

    private static string Checked(string name, WeightsErrors errors) => name.Length <= LongestName
        ? name
        : throw errors.Refused($"it has a tensor whose name is {name.Length} characters long");

    private static string Shown(KeyValuePair<object?, object?> item) =>
        $"'{Printable.Sanitize((string)item.Key!, LongestKey)}'"
        + (item.Value is PickledPlaceholder { Type: var type } ? $", which is a {type}" : "");

    private static string Describe(object? content) => content switch
    {
        PickledTensor => "one tensor without a name",
        PickledList or PickledTuple => "a list",
        PickledPlaceholder { Type: var type } => $"a {type}",
        null => "nothing",
        _ => "neither tensors nor a dictionary",
    };
}
