using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Values of one column in numbered slots, kept apart from the buffers that cursors fill again.</summary>
internal abstract class StoredColumn
{
    public abstract DataViewSchema.Column Source { get; }

    /// <summary>The columns whose values can be copied: not those that hold disposable things, such as images.</summary>
    public static MappedDataView Storable(IDataView source)
    {
        IEnumerable<DataViewSchema.Column> storable = source.Schema.Where(column => column.Type is PrimitiveDataViewType or VectorDataViewType);
        return new MappedDataView(source, new BoundMapper(source.Schema, storable.Select(OutputColumn.Same).ToArray()));
    }

    public static StoredColumn Of(DataViewSchema.Column source)
    {
        if (source.Type is VectorDataViewType vector)
            return (StoredColumn)GenericCall.Invoke(Vectors<int>, vector.ItemType.RawType, source);
        return source.Type is TextDataViewType
            ? new StoredColumn<ReadOnlyMemory<char>>(source, (ref ReadOnlyMemory<char> from, ref ReadOnlyMemory<char> to) => to = from.ToString().AsMemory())
            : (StoredColumn)GenericCall.Invoke(Scalars<int>, source.Type.RawType, source);
    }

    public abstract void Start(DataViewRow row);

    /// <summary>Keeps the value of the row that <see cref="Start"/> was given in an existing slot or the next new one.</summary>
    public abstract void Store(int slot);

    public abstract Delegate Getter(Func<int> currentSlot);

    private static StoredColumn<VBuffer<T>> Vectors<T>(DataViewSchema.Column source) =>
        new(source, (ref VBuffer<T> from, ref VBuffer<T> to) => from.CopyTo(ref to));

    private static StoredColumn<T> Scalars<T>(DataViewSchema.Column source) => new(source, (ref T from, ref T to) => to = from);
}

internal delegate void CopyValue<T>(ref T from, ref T to);

internal sealed class StoredColumn<T>(DataViewSchema.Column source, CopyValue<T> copy) : StoredColumn
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

    public override void Store(int slot)
    {
        _getter(ref _current);
        T kept = default;
        copy(ref _current, ref kept);
        if (slot == _values.Count)
            _values.Add(kept);
        else
            _values[slot] = kept;
    }

    public override Delegate Getter(Func<int> currentSlot) => (ValueGetter<T>)((ref T destination) =>
    {
        T value = _values[currentSlot()];
        copy(ref value, ref destination);
    });
}
