using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A data view over an enumerable, which is enumerated anew by each cursor.</summary>
internal sealed class StreamingDataView<TRow> : IDataView
    where TRow : class
{
    private readonly IEnumerable<TRow> _data;
    private readonly RowColumn[] _columns;

    public StreamingDataView(IEnumerable<TRow> data, SchemaDefinition definition)
    {
        _data = data;
        _columns = RowColumn.Of(typeof(TRow), SchemaDefinition.Direction.Read, definition);
        Schema = RowColumn.Schema(_columns);
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => (_data as ICollection<TRow>)?.Count;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ActiveColumns.Of(Schema, columnsNeeded));

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly IEnumerator<TRow> _rows;
        private readonly Delegate[] _getters;

        public Cursor(StreamingDataView<TRow> view, bool[] active)
            : base(view.Schema, active)
        {
            _rows = view._data.GetEnumerator();
            _getters = view._columns.Select((column, index) => active[index] ? ObjectGetter.Of<TRow>(column, Current) : null).ToArray();
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            CheckActive(column);
            return ActiveColumns.Typed<TValue>(_getters[column.Index]);
        }

        protected override bool MoveNextCore()
        {
            if (!_rows.MoveNext())
                return false;
            Contracts.Check(_rows.Current is not null, "Encountered null when iterating over data, this is not supported.");
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            _rows.Dispose();
            base.Dispose(disposing);
        }

        private TRow Current()
        {
            CheckOnRow();
            return _rows.Current;
        }
    }
}
