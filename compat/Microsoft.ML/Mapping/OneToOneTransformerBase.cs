using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A transformer each of whose output columns is computed from one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase(IReadOnlyList<ColumnPair> pairs)
    {
        foreach (ColumnPair pair in pairs)
        {
            Contracts.CheckNonEmpty(pair.Input, "columns");
            Contracts.CheckNonEmpty(pair.Output, "columns");
            Contracts.CheckParam(pairs.Count(other => other.Output == pair.Output) == 1, "columns", $"Name of the result column '{pair.Output}' specified multiple times");
        }
        Pairs = pairs;
    }

    internal IReadOnlyList<ColumnPair> Pairs { get; }

    private protected sealed override BoundMapper Bind(DataViewSchema inputSchema) =>
        BoundMapper.Adding(inputSchema, Pairs.Select((pair, index) => Map(index, ColumnPair.Find(inputSchema, pair.Input))).ToArray());

    private protected abstract OutputColumn Map(int index, DataViewSchema.Column source);
}
