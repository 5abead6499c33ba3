using Microsoft.ML;
using Microsoft.ML.Data;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>A data view with scores or features as additional columns, computed lazily by its cursors.</summary>
/// <param name="input">The rows.</param>
/// <param name="schema">Their columns and the added ones.</param>
/// <param name="scorer">Computes the added ones.</param>
/// <param name="imageColumnName">The column with the images.</param>
/// <param name="kept">Remembers what the first pass computes, for trainers that read the rows many times; null: nothing is kept.</param>
/// <param name="rule">When an image is rejected, where the added columns say that; null: never.</param>
internal sealed class ScoredDataView(
    IDataView input, DataViewSchema schema, Scorer scorer, string imageColumnName, KeptVectors? kept = null, RejectionRule? rule = null)
    : IDataView
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
        return new ScoringCursor(rows, schema, active, active.AsSpan(inputs).Contains(true) ? Ahead() : null, rule);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerator<ScoredImage> Ahead()
    {
        IEnumerable<ScoredImage> scores = scorer.Score(Images(), CancellationToken.None);
        return (kept is null ? scores : kept.Keep(scores)).GetEnumerator();
    }

    private IEnumerable<ImageSource> Images()
    {
        DataViewSchema.Column column = ImageColumn.Find(input.Schema, imageColumnName);
        using DataViewRowCursor cursor = input.GetRowCursor([column]);
        Func<ImageSource> image = ImageColumn.Reader(cursor, column);
        while (cursor.MoveNext()) yield return image();
    }
}

/// <summary>Iterates over the rows of the input and their scores, which a second cursor computes ahead in batches.</summary>
internal sealed class ScoringCursor(
    DataViewRowCursor rows, DataViewSchema schema, bool[] active, IEnumerator<ScoredImage>? scores, RejectionRule? rule) : DataViewRowCursor
{
    private bool _disposed;

    public override long Position => rows.Position;

    public override long Batch => rows.Batch;

    public override DataViewSchema Schema => schema;

    public override bool MoveNext()
    {
        if (!rows.MoveNext())
        {
            // What the pass computed is kept once its end is reached.
            scores?.MoveNext();
            return false;
        }

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
        return OutputGetters.For<TValue>(column, inputs, ((VectorDataViewType)schema[inputs].Type).Size, () => scores.Current, rule);
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

/// <summary>What one whole pass over the rows computed, unless it is too much to be kept in memory.</summary>
/// <param name="most">The most numbers to keep.</param>
internal sealed class KeptVectors(long most = KeptVectors.DefaultMost)
{
    /// <summary>256 MiB of single-precision numbers.</summary>
    private const long DefaultMost = 64 << 20;

    private volatile IReadOnlyList<ScoredImage>? _kept;

    /// <summary>What is kept, or else what is computed now, which is then kept.</summary>
    public IEnumerable<ScoredImage> Keep(IEnumerable<ScoredImage> computed) => _kept ?? Compute(computed);

    private IEnumerable<ScoredImage> Compute(IEnumerable<ScoredImage> computed)
    {
        var all = new List<ScoredImage>();
        long numbers = 0;
        foreach (ScoredImage image in computed)
        {
            numbers += image.Values?.Length ?? 0;
            if (numbers <= most) all.Add(image);
            else all.Clear();
            yield return image;
        }

        if (numbers <= most) _kept = all;
    }
}
