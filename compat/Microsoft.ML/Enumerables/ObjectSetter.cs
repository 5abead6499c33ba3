using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Setters that write the columns of a row into the members of an object.</summary>
internal static class ObjectSetter
{
    public static Action<TTarget> Of<TTarget>(DataViewRow row, DataViewSchema.Column source, RowColumn column)
    {
        if (column.MemberType == typeof(string))
            return OfValue<TTarget, ReadOnlyMemory<char>, string>(row, source, column, text => text.ToString());
        if (column.MemberType == typeof(string[]))
            return OfValue<TTarget, VBuffer<ReadOnlyMemory<char>>, string[]>(row, source, column, texts => texts.DenseValues().Select(text => text.ToString()).ToArray());
        if (column.MemberType.IsArray)
            return (Action<TTarget>)GenericCall.Invoke(OfArray<TTarget, int>, [typeof(TTarget), column.MemberType.GetElementType()], row, source, column);
        if (source.Type is VectorDataViewType vector)
            return (Action<TTarget>)GenericCall.Invoke(OfVector<TTarget, int>, [typeof(TTarget), vector.ItemType.RawType], row, source, column);
        return (Action<TTarget>)GenericCall.Invoke(OfSame<TTarget, int>, [typeof(TTarget), column.MemberType], row, source, column);
    }

    private static Action<TTarget> OfSame<TTarget, TValue>(DataViewRow row, DataViewSchema.Column source, RowColumn column) =>
        OfValue<TTarget, TValue, TValue>(row, source, column, value => value);

    private static Action<TTarget> OfValue<TTarget, TValue, TMember>(DataViewRow row, DataViewSchema.Column source, RowColumn column, Func<TValue, TMember> convert)
    {
        ValueGetter<TValue> getter = row.GetGetter<TValue>(source);
        var write = MemberAccess.Writer<TTarget, TMember>(column.Member);
        TValue value = default;
        return target =>
        {
            getter(ref value);
            write(target, convert(value));
        };
    }

    /// <summary>An array of the right size that the object already has is filled again.</summary>
    private static Action<TTarget> OfArray<TTarget, TItem>(DataViewRow row, DataViewSchema.Column source, RowColumn column)
    {
        ValueGetter<VBuffer<TItem>> getter = row.GetGetter<VBuffer<TItem>>(source);
        var read = MemberAccess.ReaderOrDefault<TTarget, TItem[]>(column.Member);
        var write = MemberAccess.Writer<TTarget, TItem[]>(column.Member);
        VBuffer<TItem> value = default;
        return target =>
        {
            getter(ref value);
            TItem[] items = read(target);
            if (items?.Length != value.Length)
                items = new TItem[value.Length];
            value.CopyTo(items);
            write(target, items);
        };
    }

    private static Action<TTarget> OfVector<TTarget, TItem>(DataViewRow row, DataViewSchema.Column source, RowColumn column)
    {
        ValueGetter<VBuffer<TItem>> getter = row.GetGetter<VBuffer<TItem>>(source);
        var read = MemberAccess.ReaderOrDefault<TTarget, VBuffer<TItem>>(column.Member);
        var write = MemberAccess.Writer<TTarget, VBuffer<TItem>>(column.Member);
        return target =>
        {
            VBuffer<TItem> value = read(target);
            getter(ref value);
            write(target, value);
        };
    }
}
