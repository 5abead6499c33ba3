using MLTransfer.Imaging;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>A data view with scores or features as additional columns, computed lazily by its cursors.</summary>
internal sealed class ScoredDataView(IDataView input, DataViewSchema schema, Scorer scorer, string imageColumnName) : IDataView
{
    /// <summary>Scores follow the order of the input: two cursors run over it, one ahead.</summary>
    public bool CanShuffle => false;

    public DataViewSchema Schema => schema;

    public long? GetRowCount() => input.GetRowCount();

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        ArgumentNullException.ThrowIfNull(columnsNeeded);
        int inputs = input.Schema.Count;
        DataViewSchema.Column[] needed = [.. columnsNeeded];
        DataViewRowCursor rows = input.GetRowCursor(
            needed.Where(column => column.Index < inputs).Select(column => input.Schema[column.Index]));
        bool[] active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in needed) active[column.Index] = true;
        return new ScoringCursor(rows, schema, active, active.AsSpan(inputs).Contains(true) ? Ahead() : null);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerator<ScoredImage> Ahead() => scorer.Score(Images(), CancellationToken.None).GetEnumerator();

    private IEnumerable<ImageSource> Images()
    {
        DataViewSchema.Column column = ImageColumn.Find(input.Schema, imageColumnName);
        using DataViewRowCursor cursor = input.GetRowCursor([column]);
        Func<ImageSource> image = ImageColumn.Reader(cursor, column);
        while (cursor.MoveNext()) yield return image();
    }
}

/// <summary>Iterates over the rows of the input and their scores, which a second cursor computes ahead in batches.</summary>
internal sealed class ScoringCursor(DataViewRowCursor rows, DataViewSchema schema, bool[] active, IEnumerator<ScoredImage>? scores)
    : DataViewRowCursor
{
    private bool _disposed;

    public override long Position => rows.Position;

    public override long Batch => rows.Batch;

    public override DataViewSchema Schema => schema;

    public override bool MoveNext()
    {
        if (!rows.MoveNext()) return false;
        return scores?.MoveNext() ?? true
            ? true
            : throw new InvalidOperationException("The input has fewer rows when it is read a second time; put Data.Cache before it.");
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        int inputs = rows.Schema.Count;
        if (column.Index < inputs) return rows.GetGetter<TValue>(rows.Schema[column.Index]);
        if (!active[column.Index] || scores is null)
            throw new ArgumentOutOfRangeException(
                nameof(column), $"The column '{column.Name}' is not active in this cursor.");
        return OutputGetters.For<TValue>(column, inputs, ((VectorDataViewType)schema[inputs].Type).Size, () => scores.Current.Values);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            scores?.Dispose();
            rows.Dispose();
        }

        base.Dispose(disposing);
    }
}
