using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Getters that read the columns of the current row object.</summary>
internal static class ObjectGetter
{
    public static Delegate Of<TRow>(RowColumn column, Func<TRow> current)
    {
        if (column.MemberType == typeof(string))
        {
            var text = MemberAccess.Reader<TRow, string>(column.Member);
            return (ValueGetter<ReadOnlyMemory<char>>)((ref ReadOnlyMemory<char> destination) => destination = text(current()).AsMemory());
        }
        if (column.MemberType == typeof(string[]))
        {
            var texts = MemberAccess.Reader<TRow, string[]>(column.Member);
            return Filling(() => texts(current())?.Select(text => text.AsMemory()).ToArray());
        }
        if (column.MemberType.IsArray)
            return (Delegate)GenericCall.Invoke(OfArray<TRow, int>, [typeof(TRow), column.MemberType.GetElementType()], column, current);
        if (column.Type is VectorDataViewType vector)
            return (Delegate)GenericCall.Invoke(OfVector<TRow, int>, [typeof(TRow), vector.ItemType.RawType], column, current);
        if (column.Type is KeyDataViewType)
            return (Delegate)GenericCall.Invoke(OfKey<TRow, int>, [typeof(TRow), column.MemberType], column, current);
        return (Delegate)GenericCall.Invoke(OfValue<TRow, int>, [typeof(TRow), column.MemberType], column, current);
    }

    private static Delegate OfValue<TRow, TValue>(RowColumn column, Func<TRow> current)
    {
        var read = MemberAccess.Reader<TRow, TValue>(column.Member);
        return (ValueGetter<TValue>)((ref TValue destination) => destination = read(current()));
    }

    /// <summary>Members hold keys counted from 0, columns from 1; what is out of range is missing.</summary>
    private static Delegate OfKey<TRow, TValue>(RowColumn column, Func<TRow> current)
    {
        var read = MemberAccess.Reader<TRow, TValue>(column.Member);
        ulong count = ((KeyDataViewType)column.Type).Count;
        return (ValueGetter<TValue>)((ref TValue destination) =>
        {
            ulong key = Convert.ToUInt64(read(current()), null);
            destination = (TValue)Convert.ChangeType(key < count ? key + 1 : 0, typeof(TValue), null);
        });
    }

    private static Delegate OfArray<TRow, TItem>(RowColumn column, Func<TRow> current)
    {
        var read = MemberAccess.Reader<TRow, TItem[]>(column.Member);
        return Filling(() => read(current()));
    }

    private static Delegate OfVector<TRow, TItem>(RowColumn column, Func<TRow> current)
    {
        var read = MemberAccess.Reader<TRow, VBuffer<TItem>>(column.Member);
        return (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) => read(current()).CopyTo(ref destination));
    }

    private static Delegate Filling<TItem>(Func<TItem[]> read) => (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) =>
    {
        TItem[] items = read() ?? [];
        VBuffer<TItem>.Copy(items, 0, ref destination, items.Length);
    });
}
