using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Reads one column of a data view, row by row.</summary>
public static class ColumnCursorExtensions
{
    public static IEnumerable<T> GetColumn<T>(this IDataView data, string columnName) => data.GetColumn<T>(data.Schema[columnName]);

    public static IEnumerable<T> GetColumn<T>(this IDataView data, DataViewSchema.Column column)
    {
        Contracts.CheckValue(data, nameof(data));
        Contracts.CheckNonEmpty(column.Name, nameof(column));
        Contracts.CheckParam(
            data.Schema[column.Index].Name == column.Name && data.Schema[column.Index].Type == column.Type,
            nameof(column),
            $"column with name {column.Name}, type {column.Type}, and index {column.Index} cannot be found in {nameof(data)}");
        if (column.Type.RawType == typeof(T))
            return Direct<T, T>(data, column, value => value);
        if (typeof(T) == typeof(string) && column.Type is TextDataViewType)
            return (IEnumerable<T>)Direct<ReadOnlyMemory<char>, string>(data, column, text => text.ToString());
        if (!typeof(T).IsArray)
            throw CannotMap<T>(column);
        Contracts.CheckParam(column.Type is VectorDataViewType, nameof(column), $"Cannot load vector type, {column.Type}, specified in {nameof(column)} to the user-defined type, {typeof(T)}.");
        if (typeof(T) == typeof(string[]) && column.Type.ItemType() is TextDataViewType)
            return (IEnumerable<T>)Direct<VBuffer<ReadOnlyMemory<char>>, string[]>(data, column, texts => texts.DenseValues().Select(text => text.ToString()).ToArray());
        if (typeof(T).GetElementType() == column.Type.ItemType().RawType)
            return (IEnumerable<T>)GenericCall.Invoke(Arrays<int>, column.Type.ItemType().RawType, data, column);
        throw CannotMap<T>(column);
    }

    private static IEnumerable<TItem[]> Arrays<TItem>(IDataView data, DataViewSchema.Column column) =>
        Direct<VBuffer<TItem>, TItem[]>(data, column, vector => vector.DenseValues().ToArray());

    private static IEnumerable<TResult> Direct<TValue, TResult>(IDataView data, DataViewSchema.Column column, Func<TValue, TResult> convert)
    {
        using DataViewRowCursor cursor = data.GetRowCursor([column]);
        ValueGetter<TValue> getter = cursor.GetGetter<TValue>(column);
        TValue value = default;
        while (cursor.MoveNext())
        {
            getter(ref value);
            yield return convert(value);
        }
    }

    private static Exception CannotMap<T>(DataViewSchema.Column column) => Contracts.ExceptParam(
        nameof(column),
        $"Cannot map column (name: {column.Name}, type: {column.Type}) in data to the user-defined type, {typeof(T)}.");
}
