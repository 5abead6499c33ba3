using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>
/// The column of classes: a key with the names of the classes, as <c>MapValueToKey</c> makes it, or text to be looked up.
/// </summary>
internal static class LabelColumn
{
    /// <summary>The classes of a key column, in the order of the keys.</summary>
    /// <exception cref="ArgumentException">The column is missing, no key, or has fewer than two classes.</exception>
    public static IReadOnlyList<string> Classes(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = Find(schema, name);
        if (column.Type is not KeyDataViewType key)
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{name}': it is {column.Type}; expected a key. Put "
                + $"Transforms.Conversion.MapValueToKey(\"{name}\") before it.");
        string[] classes = Names(column)
            ?? [.. Enumerable.Range(0, checked((int)key.Count)).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        return classes.Length >= 2
            ? classes
            : throw new ArgumentException($"The label column '{name}' has one class only ({string.Join(", ", classes)}); telling "
            + $"classes apart needs at least two.");
    }

    /// <summary>The type of the classes of a key column.</summary>
    public static LabelKind Kind(DataViewSchema schema, string name) => LabelKind.Of(Find(schema, name)) ?? LabelKind.Text;

    /// <summary>Reads the class of the row a cursor stands on as an index among the classes; -1 where the label is missing.</summary>
    public static Func<int> Reader(DataViewRow row, DataViewSchema schema, string name, IReadOnlyList<string> classes)
    {
        DataViewSchema.Column column = Find(schema, name);
        var known = classes.Select((label, index) => (label, index))
            .ToDictionary(pair => pair.label, pair => pair.index, StringComparer.Ordinal);
        int Lookup(string label) => known.TryGetValue(label, out int index)
            ? index
            : throw new ArgumentException($"The label '{label}' in column '{name}' is none of the {classes.Count} classes trained on: "
            + $"{string.Join(", ", classes.Take(20))}.");
        if (column.Type is TextDataViewType)
            return Value<ReadOnlyMemory<char>>(row, column, text => text.IsEmpty ? -1 : Lookup(text.ToString()));
        if (column.Type is not KeyDataViewType || column.Type.RawType != typeof(uint))
            throw new ArgumentOutOfRangeException(
                nameof(schema), $"Schema mismatch for the label column '{name}': it is {column.Type}; expected a key or text.");
        int[]? map = Names(column)?.Select(label => known.GetValueOrDefault(label, -1)).ToArray();
        string[]? names = Names(column);
        return Value<uint>(row, column,
            key => key == 0 ? -1 : map is null ? (int)key - 1 : map[key - 1] >= 0 ? map[key - 1] : Lookup(names![key - 1]));
    }

    private static DataViewSchema.Column Find(DataViewSchema schema, string name) => schema.GetColumnOrNull(name)
        ?? throw new ArgumentOutOfRangeException(
        nameof(schema), $"There is no label column '{name}'. The columns are {string.Join(", ", schema.Select(c => c.Name))}.");

    /// <summary>The names behind the keys; null where the keys have none.</summary>
    private static string[]? Names(DataViewSchema.Column column) => LabelKind.Of(column)?.Read(column);

    private static Func<int> Value<T>(DataViewRow row, DataViewSchema.Column column, Func<T, int> index)
    {
        ValueGetter<T> getter = row.GetGetter<T>(column);
        T value = default!;
        return () =>
        {
            getter(ref value);
            return index(value);
        };
    }
}
