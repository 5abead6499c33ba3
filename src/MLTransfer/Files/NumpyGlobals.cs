using System.Collections.Frozen;
using System.Text;

namespace MLTransfer.Files;

/// <summary>The only names that a pickle of numpy arrays may ask for; each is ours, nothing of Python's runs.</summary>
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

    // The array is empty at first; its state, which follows, says all.
    private static PickledArray Array(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [ArrayClass, ..] ? new PickledArray() : throw errors.Damaged("its pickle makes a numpy array of an unknown class");

    private static PickledNumberType NumberType(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) => arguments switch
    {
        [string name, ..] => new PickledNumberType(name),
        [byte[] name, ..] => new PickledNumberType(Encoding.Latin1.GetString(name)),
        _ => throw errors.Damaged("its pickle makes a numpy type of something that is not a name"),
    };

    // How Python 3 writes bytes with protocol 2.
    private static byte[] Latin1(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors)
    {
        if (arguments is not [string text, "latin1"] || text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff'))
            throw errors.Damaged("its pickle encodes text in another way than Latin-1");
        budget.Take(text.Length, "its pickle");
        return Encoding.Latin1.GetBytes(text);
    }
}
