using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A cursor that counts its own rows, whatever it reads them from.</summary>
internal abstract class RootCursor(DataViewSchema schema, bool[] active) : DataViewRowCursor
{
    private long _position = -1;
    private bool _disposed;

    public sealed override long Position => _position;

    public override long Batch => 0;

    public sealed override DataViewSchema Schema { get; } = schema;

    public sealed override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

    public sealed override bool MoveNext()
    {
        if (_disposed)
            return false;
        if (MoveNextCore())
        {
            _position++;
            return true;
        }
        Dispose();
        return false;
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) =>
    {
        CheckOnRow();
        id = new DataViewRowId((ulong)_position, 0);
    };

    protected abstract bool MoveNextCore();

    protected void CheckOnRow() => Contracts.Check(_position >= 0, CursorState.CannotFetch);

    protected void CheckActive(DataViewSchema.Column column) =>
        Contracts.CheckParam(column.Index < active.Length && active[column.Index], nameof(column), "requested column not active");

    protected override void Dispose(bool disposing)
    {
        if (_disposed)
            return;
        _disposed = true;
        _position = -1;
        base.Dispose(disposing);
    }
}
