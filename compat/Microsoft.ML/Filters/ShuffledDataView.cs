using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Rows in a random order, which is the same each time: drawn from a pool that is filled up from the source, itself shuffled where it can be.</summary>
internal sealed class ShuffledDataView(IDataView source, int seed, int poolRows, bool shuffleSource) : IDataView
{
    private readonly MappedDataView _source = StoredColumn.Storable(source);

    public bool CanShuffle => true;

    public DataViewSchema Schema => _source.Schema;

    public long? GetRowCount() => _source.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        rand ??= new Random(seed);
        Random sourceRandom = shuffleSource ? new Random(rand.Next()) : null;
        bool[] active = ActiveColumns.Of(Schema, columnsNeeded);
        DataViewRowCursor input = _source.GetRowCursor(Schema.Where(column => active[column.Index]), sourceRandom);
        return poolRows == 1 ? input : new Cursor(input, active, poolRows, rand);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor : RootCursor
    {
        private readonly DataViewRowCursor _input;
        private readonly int _poolRows;
        private readonly Random _random;
        private readonly StoredColumn[] _columns;
        private readonly List<int> _waiting = [];
        private readonly List<DataViewRowId> _ids = [];
        private readonly ValueGetter<DataViewRowId> _idGetter;
        private int _slot = -1;

        public Cursor(DataViewRowCursor input, bool[] active, int poolRows, Random random)
            : base(input.Schema, active)
        {
            _input = input;
            _poolRows = poolRows;
            _random = random;
            _columns = input.Schema.Select(column => active[column.Index] ? StoredColumn.Of(column) : null).ToArray();
            foreach (StoredColumn column in _columns.Where(column => column is not null))
                column.Start(input);
            _idGetter = input.GetIdGetter();
        }

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            CheckActive(column);
            return ActiveColumns.Typed<TValue>(_columns[column.Index].Getter(Slot));
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _ids[Slot()];

        protected override bool MoveNextCore()
        {
            if (_slot >= 0)
                TryFill(_slot);
            else
                while (_ids.Count < _poolRows && TryFill(_ids.Count))
                {
                }
            if (_waiting.Count == 0)
                return false;
            int drawn = _random.Next(_waiting.Count);
            _slot = _waiting[drawn];
            _waiting[drawn] = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            return true;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _input.Dispose();
            base.Dispose(disposing);
        }

        private bool TryFill(int slot)
        {
            if (!_input.MoveNext())
                return false;
            foreach (StoredColumn column in _columns)
                column?.Store(slot);
            if (slot == _ids.Count)
                _ids.Add(default);
            DataViewRowId id = default;
            _idGetter(ref id);
            _ids[slot] = id;
            _waiting.Add(slot);
            return true;
        }

        private int Slot()
        {
            CheckOnRow();
            return _slot;
        }
    }
}
