namespace Microsoft.ML.Data;

/// <summary>
/// A column that a mapper puts out: computed from the <paramref name="Sources"/> of the input by a getter made once for each row or cursor,
/// or, without <paramref name="MakeGetter"/>, the one source as it is.
/// </summary>
internal sealed record OutputColumn(DataViewSchema.DetachedColumn Column, int[] Sources, Func<DataViewRow, Delegate> MakeGetter)
{
    public static OutputColumn Same(DataViewSchema.Column column) => new(new DataViewSchema.DetachedColumn(column), [column.Index], null);
}
