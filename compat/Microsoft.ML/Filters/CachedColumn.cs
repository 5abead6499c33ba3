using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>All values of one column, kept apart from the buffers that cursors fill again.</summary>
internal abstract class CachedColumn
{
    public abstract DataViewSchema.Column Source { get; }

    public bool IsFilled { get; private set; }

    public static CachedColumn Of(DataViewSchema.Column source)
    {
        if (source.Type is VectorDataViewType vector)
            return (CachedColumn)GenericCall.Invoke(Vectors<int>, vector.ItemType.RawType, source);
        return source.Type is TextDataViewType
            ? new CachedColumn<ReadOnlyMemory<char>>(source, (ref ReadOnlyMemory<char> from, ref ReadOnlyMemory<char> to) => to = from.ToString().AsMemory())
            : (CachedColumn)GenericCall.Invoke(Scalars<int>, source.Type.RawType, source);
    }

    public abstract void Start(DataViewRow row);

    public abstract void AddRow();

    public abstract Delegate Getter(Func<int> currentRow);

    public void Finish() => IsFilled = true;

    private static CachedColumn<VBuffer<T>> Vectors<T>(DataViewSchema.Column source) =>
        new(source, (ref VBuffer<T> from, ref VBuffer<T> to) => from.CopyTo(ref to));

    private static CachedColumn<T> Scalars<T>(DataViewSchema.Column source) => new(source, (ref T from, ref T to) => to = from);
}

internal delegate void CopyValue<T>(ref T from, ref T to);

internal sealed class CachedColumn<T>(DataViewSchema.Column source, CopyValue<T> copy) : CachedColumn
{
    private readonly List<T> _values = [];
    private ValueGetter<T> _getter;
    private T _current;

    public override DataViewSchema.Column Source => source;

    public override void Start(DataViewRow row)
    {
        _values.Clear();
        _getter = row.GetGetter<T>(source);
    }

    public override void AddRow()
    {
        _getter(ref _current);
        T kept = default;
        copy(ref _current, ref kept);
        _values.Add(kept);
    }

    public override Delegate Getter(Func<int> currentRow) => (ValueGetter<T>)((ref T destination) =>
    {
        T value = _values[currentRow()];
        copy(ref value, ref destination);
    });
}
