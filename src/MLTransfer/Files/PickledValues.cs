using System.Collections.Frozen;
using System.Text;

namespace MLTransfer.Files;

// The values of an unpickled file, besides null, bool, long, BigInteger, double, string and byte[].

internal sealed record PickledTuple(object?[] Items);

internal sealed class PickledList : List<object?>;

/// <summary>A dictionary as its pairs in order; no key is looked up before the whole file is read.</summary>
internal sealed class PickledDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>An object whose state is set after its creation, by the instruction BUILD.</summary>
internal interface IPickledObject
{
    void SetState(object? state, FileErrors errors);
}

/// <summary>
/// Stands for an object of a harmless class that is not needed. Its arguments, state and items are discarded; no code of the class runs.
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

/// <summary>
/// The element type of a numpy array, such as <c>u1</c> for bytes. Its state, the byte order, does not matter for bytes.
/// </summary>
internal sealed record PickledNumberType(string Name) : IPickledObject
{
    public void SetState(object? state, FileErrors errors)
    {
    }
}

/// <summary>A pickled numpy array: shape, type and raw bytes.</summary>
internal sealed class PickledArray : IPickledObject
{
    private const int MostDimensions = 8;

    public long[] Shape { get; private set; } = [];

    public string Type { get; private set; } = "";

    public byte[] Bytes { get; private set; } = [];

    // (version, shape, type, is Fortran order, bytes)
    public void SetState(object? state, FileErrors errors)
    {
        if (state is not PickledTuple
            {
                Items: [_, PickledTuple { Items.Length: <= MostDimensions } shape, PickledNumberType type, var isByColumns, byte[] bytes]
            })
            throw errors.Damaged("its pickle gives a numpy array another state than shape, type and bytes");
        if (isByColumns is true)
            throw errors.Damaged("its numpy array has its columns first; only rows first are read");
        Shape = Array.ConvertAll(shape.Items, item => item as long?
            ?? throw errors.Damaged("the shape of its numpy array is not made of integers"));
        (Type, Bytes) = (type.Name, bytes);
    }
}

/// <summary>The only globals that a pickle of numpy arrays may ask for, each implemented here; no Python code runs.</summary>
internal static class NumpyGlobals
{
    private const string ArrayClass = "numpy.ndarray";

    public static readonly FrozenDictionary<string, object> Allowed = new Dictionary<string, object>
    {
        [ArrayClass] = ArrayClass,
        ["numpy.core.multiarray._reconstruct"] = (PickledFunction)Array,
        ["numpy._core.multiarray._reconstruct"] = (PickledFunction)Array,
        ["numpy.dtype"] = (PickledFunction)NumberType,
        ["_codecs.encode"] = (PickledFunction)Latin1,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // The array starts empty; its state follows.
    private static PickledArray Array(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [ArrayClass, ..] ? new PickledArray() : throw errors.Damaged("its pickle makes a numpy array of an unknown class");

    private static PickledNumberType NumberType(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) => arguments switch
    {
        [string name, ..] => new PickledNumberType(name),
        [byte[] name, ..] => new PickledNumberType(Encoding.Latin1.GetString(name)),
        _ => throw errors.Damaged("its pickle makes a numpy type of something that is not a name"),
    };

    // Python 3 writes bytes with protocol 2 as encoded text.
    private static byte[] Latin1(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors)
    {
        if (arguments is not [string text, "latin1"] || text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff'))
            throw errors.Damaged("its pickle encodes text in another way than Latin-1");
        budget.Take(text.Length, "its pickle");
        return Encoding.Latin1.GetBytes(text);
    }
}
