using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Output columns bound to an input schema.</summary>
internal sealed class BoundMapper : IRowToRowMapper
{
    private readonly IReadOnlyList<OutputColumn> _outputs;

    public BoundMapper(DataViewSchema inputSchema, IReadOnlyList<OutputColumn> outputs)
    {
        InputSchema = inputSchema;
        _outputs = outputs;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(outputs.Select(output => output.Column));
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>All columns of the input, each added column after the last of its name or, with a new name, at the end.</summary>
    public static BoundMapper Adding(DataViewSchema inputSchema, IEnumerable<OutputColumn> added)
    {
        List<OutputColumn> outputs = inputSchema.Select(OutputColumn.Same).ToList();
        foreach (OutputColumn column in added)
        {
            int last = outputs.FindLastIndex(output => output.Column.Name == column.Column.Name);
            outputs.Insert(last < 0 ? outputs.Count : last + 1, column);
        }
        return new BoundMapper(inputSchema, outputs);
    }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        ActiveColumns.Of(OutputSchema, dependingColumns)
            .SelectMany((isActive, index) => isActive ? _outputs[index].Sources : [])
            .Distinct()
            .Order()
            .Select(index => InputSchema[index]);

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        Contracts.CheckValue(input, nameof(input));
        Contracts.CheckValue(activeColumns, nameof(activeColumns));
        Contracts.Check(input.Schema == InputSchema, "Schema of input row must be the same as the schema the mapper is bound to");
        return new MappedRow(input, GettersFor(input, ActiveColumns.Of(OutputSchema, activeColumns)));
    }

    public MappedGetters GettersFor(DataViewRow input, bool[] active) => new(OutputSchema, _outputs, input, active);
}
