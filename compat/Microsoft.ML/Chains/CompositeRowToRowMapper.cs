using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Mappers one after the other; with none, the row itself.</summary>
internal sealed class CompositeRowToRowMapper(DataViewSchema inputSchema, IReadOnlyList<IRowToRowMapper> mappers) : IRowToRowMapper
{
    public DataViewSchema InputSchema { get; } = inputSchema;

    public DataViewSchema OutputSchema { get; } = mappers.Count > 0 ? mappers[^1].OutputSchema : inputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        mappers.Reverse().Aggregate(dependingColumns, (columns, mapper) => mapper.GetDependencies(columns));

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(activeColumns, nameof(activeColumns));
        Contracts.CheckParam(input.Schema == InputSchema, nameof(input), "Schema did not match original schema");
        var needed = new IEnumerable<DataViewSchema.Column>[mappers.Count];
        IEnumerable<DataViewSchema.Column> wanted = activeColumns;
        for (int index = mappers.Count - 1; index >= 0; index--)
        {
            needed[index] = wanted;
            wanted = mappers[index].GetDependencies(wanted);
        }
        DataViewRow row = input;
        for (int index = 0; index < mappers.Count; index++)
            row = mappers[index].GetRow(row, needed[index]);
        return row;
    }
}
