using MLTransfer.Reading;
using MLTransfer.Reading.Pickle;

namespace MLTransfer.Weights.Torch;

/// <summary>Finds the named tensors in what a file holds: the dictionary itself, or one that a training script packed into a checkpoint.</summary>
internal static class StateDictFinder
{
    private const int MaximumDepth = 8;

    // A pickle can use one long text as the name of each of a million tensors.
    private const int LongestName = 512;

    // What an error shows of keys that are not tensors' names.
    private const int ShownKeys = 5, LongestKey = 120;
    private static readonly string[] Containers = ["state_dict", "model_state_dict", "model", "net", "state_dict_ema", "model_ema"];

    /// <exception cref="WeightsException">There are no named tensors.</exception>
    public static IEnumerable<(string Name, PickledTensor Tensor)> Find(object? content, WeightsErrors errors)
    {
        for (int depth = 0; depth < MaximumDepth; depth++)
        {
            if (content is not PickledDictionary dictionary)
                throw errors.NoTensors($"it holds {Describe(content)}");
            PickledDictionary? inner = Containers.Select(name => Item(dictionary, name)).OfType<PickledDictionary>().FirstOrDefault();
            if (inner is null)
                return Tensors(dictionary, errors);
            content = inner;
        }
        throw errors.NoTensors("its dictionaries are nested without end");
    }

    private static List<(string Name, PickledTensor Tensor)> Tensors(PickledDictionary dictionary, WeightsErrors errors)
    {
        var tensors = new List<(string Name, PickledTensor Tensor)>();
        foreach ((object? key, object? value) in dictionary)
        {
            if (key is not string name || value is not PickledTensor tensor)
                continue;
            if (name.Length > LongestName)
                throw errors.Refused($"it has a tensor whose name is {name.Length} characters long");
            tensors.Add((name, tensor));
        }
        if (tensors.Count > 0)
            return tensors;
        IEnumerable<string> keys = dictionary.Select(item => item.Key).OfType<string>().Take(ShownKeys).Select(key => $"'{Printable.Of(key, LongestKey)}'");
        throw errors.NoTensors(dictionary.Count == 0 ? "its dictionary is empty" : $"its dictionary has no tensors, but {string.Join(", ", keys)}");
    }

    private static object? Item(PickledDictionary dictionary, string name) =>
        dictionary.LastOrDefault(item => item.Key is string key && key == name).Value;

    private static string Describe(object? content) => content switch
    {
        PickledTensor => "one tensor without a name",
        PickledList or PickledTuple => "a list",
        null => "nothing",
        _ => "neither tensors nor a dictionary",
    };
}
