using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>Scores a row at a time, for a <c>PredictionEngine</c>; throws where the image cannot be read.</summary>
internal sealed class ScoringRowMapper(DataViewSchema input, DataViewSchema output, Scorer scorer, string imageColumnName) : IRowToRowMapper
{
    public DataViewSchema InputSchema => input;

    public DataViewSchema OutputSchema => output;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        DataViewSchema.Column[] depending = [.. dependingColumns];
        var indices = depending.Where(column => column.Index < input.Count).Select(column => column.Index).ToHashSet();
        if (depending.Any(column => column.Index >= input.Count)) indices.Add(input[imageColumnName].Index);
        return input.Where(column => indices.Contains(column.Index));
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(activeColumns);
        return new ScoredRow(input, output, activeColumns, scorer, imageColumnName);
    }
}
