using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>Walks over the input's rows with the scores beside them, which a second cursor computes ahead in batches.</summary>
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
                nameof(column), $"The column '{column.Name}' was not asked for when the cursor was made.");
        return ScoreGetters.For<TValue>(column, inputs, ((VectorDataViewType)schema[inputs].Type).Size, () => scores.Current.Probabilities);
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
