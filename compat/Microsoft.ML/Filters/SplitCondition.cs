namespace Microsoft.ML.Data;

/// <summary>Accepts the rows whose number between 0 and 1 lies in a range, or outside it; where the number comes from, the source says.</summary>
internal sealed class SplitCondition(SplitNumbers numbers, double min, double max, bool includeMax, bool complement) : RowCondition
{
    public override bool AllowsShuffling => numbers.DependOnValues;

    public override DataViewSchema.Column? Column => numbers.Column;

    public override Func<RowVerdict> Start(DataViewRow row)
    {
        Func<double> next = numbers.Start(row);
        return () =>
        {
            double number = next();
            if (double.IsNaN(number))
                return RowVerdict.Rejected;
            bool isInside = min <= number && (number < max || (includeMax && number == max));
            return isInside != complement ? RowVerdict.Accepted : RowVerdict.Rejected;
        };
    }
}
