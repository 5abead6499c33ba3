using Microsoft.ML;
using MLTransfer.Imaging;

namespace MLTransfer.Estimators;

/// <summary>A data view with scores behind its columns; nothing is read before a cursor asks.</summary>
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
        return new ScoringCursor(rows, schema, active, active[inputs] || active[inputs + 1] ? Ahead() : null);
    }

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    private IEnumerator<ScoredImage> Ahead() => scorer.Score(Images(), CancellationToken.None).GetEnumerator();

    private IEnumerable<Imaging.ImageSource> Images()
    {
        DataViewSchema.Column column = ImageColumn.Find(input.Schema, imageColumnName);
        using DataViewRowCursor cursor = input.GetRowCursor([column]);
        Func<Imaging.ImageSource> image = ImageColumn.Reader(cursor, column);
        while (cursor.MoveNext()) yield return image();
    }
}
