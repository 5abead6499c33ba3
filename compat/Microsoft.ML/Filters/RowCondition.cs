namespace Microsoft.ML.Data;

internal enum RowVerdict
{
    Rejected,
    Accepted,

    /// <summary>Rejected, as all rows after it are.</summary>
    End,
}

/// <summary>Which rows stay, judged one after the other.</summary>
internal abstract class RowCondition
{
    /// <summary>Whether the verdict on a row does not depend on its place.</summary>
    public virtual bool AllowsShuffling => false;

    /// <summary>The column it needs, if any.</summary>
    public virtual DataViewSchema.Column? Column => null;

    public virtual long? CountOf(long? sourceCount) => null;

    public abstract Func<RowVerdict> Start(DataViewRow row);
}

/// <summary>Leaves out the first <paramref name="skip"/> rows and stops after <paramref name="take"/> more.</summary>
internal sealed class RowWindow(long skip, long take) : RowCondition
{
    public override long? CountOf(long? sourceCount) => sourceCount is long count ? Math.Min(Math.Max(count - skip, 0), take) : null;

    public override Func<RowVerdict> Start(DataViewRow row)
    {
        long seen = 0;
        return () =>
        {
            long index = seen++;
            if (index < skip)
                return RowVerdict.Rejected;
            return index - skip < take ? RowVerdict.Accepted : RowVerdict.End;
        };
    }
}
