using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A row over an object that is set from outside, as a prediction engine does with its example.</summary>
internal sealed class ObjectRow<TRow> : DataViewRow
    where TRow : class
{
    private readonly Delegate[] _getters;
    private TRow _current;
    private long _position = -1;

    public ObjectRow(SchemaDefinition definition)
    {
        RowColumn[] columns = RowColumn.Of(typeof(TRow), SchemaDefinition.Direction.Read, definition);
        Schema = RowColumn.Schema(columns);
        _getters = columns.Select(column => ObjectGetter.Of<TRow>(column, Current)).ToArray();
    }

    public override long Position => _position;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; }

    public void Set(TRow example)
    {
        _current = Contracts.CheckValue(example, nameof(example));
        _position++;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => column.Index < _getters.Length;

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => ActiveColumns.Typed<TValue>(_getters[column.Index]);

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Position, 0);

    private TRow Current()
    {
        Contracts.Check(_current is not null, CursorState.CannotFetch);
        return _current;
    }
}
