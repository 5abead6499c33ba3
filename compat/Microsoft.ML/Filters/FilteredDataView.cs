namespace Microsoft.ML.Data;

/// <summary>The rows of a source that a condition accepts; the condition is made anew for each cursor and is asked once about each row.</summary>
internal sealed class FilteredDataView(IDataView source, RowCondition condition) : IDataView
{
    public bool CanShuffle => condition.AllowsShuffling && source.CanShuffle;

    public DataViewSchema Schema => source.Schema;

    public long? GetRowCount() => condition.CountOf(source.GetRowCount());

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        bool[] active = ActiveColumns.Of(Schema, columnsNeeded);
        IEnumerable<DataViewSchema.Column> read = Schema.Where(column => active[column.Index] || column.Index == condition.Column?.Index);
        return new Cursor(source.GetRowCursor(read, condition.AllowsShuffling ? rand : null), condition, active);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private sealed class Cursor(DataViewRowCursor input, RowCondition condition, bool[] active) : RootCursor(input.Schema, active)
    {
        private readonly Func<RowVerdict> _verdict = condition.Start(input);

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            CheckActive(column);
            return input.GetGetter<TValue>(column);
        }

        protected override bool MoveNextCore()
        {
            while (input.MoveNext())
            {
                RowVerdict verdict = _verdict();
                if (verdict != RowVerdict.Rejected)
                    return verdict == RowVerdict.Accepted;
            }
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                input.Dispose();
            base.Dispose(disposing);
        }
    }
}
