namespace MLTransfer.Files;

// What an unpickled file is made of, besides null, bool, long, BigInteger, double, string and byte[].

internal sealed record PickledTuple(object?[] Items);

internal sealed class PickledList : List<object?>;

/// <summary>A dictionary as its pairs in order; nothing is looked up before the whole file is read.</summary>
internal sealed class PickledDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>An object that can be given its state after it was made: the instruction BUILD.</summary>
internal interface IPickledObject
{
    void SetState(object? state, FileErrors errors);
}

/// <summary>
/// Stands for an object of a class that is known to be harmless and not needed. Its arguments, state and items are forgotten; none of the
/// class's
/// code is there to run.
/// </summary>
/// <param name="Type">The class, as module.name.</param>
internal sealed record PickledPlaceholder(string Type) : IPickledObject
{
    public void SetState(object? state, FileErrors errors)
    {
    }
}

/// <summary>A function among the allowed globals: what REDUCE may call.</summary>
internal delegate object PickledFunction(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors);
