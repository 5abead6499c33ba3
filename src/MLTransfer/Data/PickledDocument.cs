using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Data;

/// <summary>A pickled dictionary whose keys are text, as Python 2 or 3 wrote it.</summary>
internal sealed class PickledDocument
{
    private readonly PickledDictionary _items;

    private PickledDocument(PickledDictionary items) => _items = items;

    /// <summary>The value under a key; null where there is none.</summary>
    public object? this[string key] => _items.LastOrDefault(item => Text(item.Key) == key).Value;

    public static bool LooksLike(ReadOnlySpan<byte> head) => head is [(byte)PickleOpcode.Protocol, >= 2 and <= 5, ..];

    /// <exception cref="InvalidDataException">It is no such pickle, damaged, or asks for more than arrays and containers.</exception>
    public static PickledDocument Read(FileStream file, ContainerErrors errors)
    {
        ByteSource source = new(file, errors);
        ReadBudget budget = new(source.Length, errors);
        byte[] content = new byte[budget.Take(source.Length, "its pickle")];
        source.Read(0, content);
        budget.Take(PickleCost.OfText(content.Length), "its pickle");
        object? value = new Unpickler(
            new PickleReader(content, errors), NumpyGlobals.Allowed, _ =>
            throw errors.Damaged("its pickle refers to a storage"), budget, errors, oldTextAsBytes: true).Read();
        return value is PickledDictionary items ? new PickledDocument(items)
            : throw errors.Unreadable("is a pickle, but not of a dictionary", "Give the files of CIFAR as published.");
    }

    /// <summary>The texts of a list under a key; null where there is none.</summary>
    public string[]? Texts(string key) => this[key] is PickledList list ? [.. list.Select(Text).OfType<string>()] : null;

    private static string? Text(object? value) => value as string ?? (value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : null);
}
