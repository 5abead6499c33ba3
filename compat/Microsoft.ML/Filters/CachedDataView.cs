using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// Remembers columns in memory: each when a cursor that asked for it first moves; the source is read again only for columns not asked for before.
/// Columns that hold disposable things, such as images, are left out.
/// </summary>
internal sealed class CachedDataView : IDataView
{
    private readonly Lock _gate = new();
    private readonly MappedDataView _source;
    private readonly StoredColumn[] _columns;
    private readonly bool[] _isFilled;
    private long _rows = -1;

    public CachedDataView(IDataView source)
    {
        _source = StoredColumn.Storable(source);
        _columns = _source.Schema.Select(StoredColumn.Of).ToArray();
        _isFilled = new bool[_columns.Length];
    }

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _rows >= 0 ? _rows : _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        new Cursor(this, ActiveColumns.Of(Schema, columnsNeeded), rand);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Reads the columns that are wanted and not there yet, and says how many rows there are.</summary>
    private int Fill(bool[] wanted)
    {
        lock (_gate)
        {
            int[] missing = Enumerable.Range(0, wanted.Length).Where(index => wanted[index] && !_isFilled[index]).ToArray();
            if (missing.Length > 0 || _rows < 0)
                _rows = Read(missing.Select(index => _columns[index]).ToArray());
            foreach (int index in missing)
                _isFilled[index] = true;
            return checked((int)_rows);
        }
    }

    private long Read(StoredColumn[] columns)
    {
        using DataViewRowCursor cursor = _source.GetRowCursor(columns.Select(column => column.Source));
        foreach (StoredColumn column in columns)
            column.Start(cursor);
        int rows = 0;
        for (; cursor.MoveNext(); rows++)
        {
            foreach (StoredColumn column in columns)
                column.Store(rows);
        }
        return rows;
    }

    private sealed class Cursor(CachedDataView cache, bool[] active, Random rand) : RootCursor(cache.Schema, active)
    {
        private readonly bool[] _active = active;
        private int[] _order;

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            CheckActive(column);
            return ActiveColumns.Typed<TValue>(cache._columns[column.Index].Getter(Row));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new DataViewRowId((ulong)Row(), 0);

        protected override bool MoveNextCore()
        {
            if (_order is null)
            {
                _order = Enumerable.Range(0, cache.Fill(_active)).ToArray();
                rand?.Shuffle(_order);
            }
            return Position + 1 < _order.Length;
        }

        private int Row()
        {
            CheckOnRow();
            return _order[Position];
        }
    }
}
