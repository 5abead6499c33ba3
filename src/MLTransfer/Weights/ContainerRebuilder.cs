using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The containers that checkpoints hold besides Python's own, made of their pickled parts.</summary>
internal static class ContainerRebuilder
{
    /// <summary>torch.Size(tuple).</summary>
    public static object Size(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledTuple shape] ? shape : throw errors.Damaged("its pickle makes a torch.Size of something that is not a tuple");

    /// <summary>torch.device(name, index): its name will do.</summary>
    public static object Device(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [string name, ..] ? name : throw errors.Damaged("its pickle makes a torch.device of something that is not a name");

    /// <summary>A dictionary that is filled afterwards, is made of another, or, as Python 2 wrote them, of a list of pairs.</summary>
    public static object Dictionary(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) => arguments switch
    {
        [] => new PickledDictionary(),
        [PickledDictionary other] => other,
        [PickledList pairs] => OfPairs(pairs, budget, errors),
        _ => throw errors.Damaged("its pickle makes a dictionary in an unknown way"),
    };

    /// <summary>collections.defaultdict(factory), which is filled afterwards.</summary>
    public static object DefaultDictionary(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        new PickledDictionary();

    private static PickledDictionary OfPairs(PickledList pairs, ReadBudget budget, FileErrors errors)
    {
        budget.Take((Int128)pairs.Count * PickleCost.OfPair, "its pickle");
        var dictionary = new PickledDictionary();
        foreach (object? pair in pairs)
        {
            dictionary.Add(pair switch
            {
                PickledList { Count: 2 } list => new(list[0], list[1]),
                PickledTuple { Items: [var key, var value] } => new(key, value),
                _ => throw errors.Damaged("its pickle makes a dictionary of something that is not a pair"),
            });
        }
        return dictionary;
    }
}
