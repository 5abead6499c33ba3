using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The name of an output column and of the input column it is made from, which may be the same.</summary>
public sealed class InputOutputColumnPair
{
    public InputOutputColumnPair(string outputColumnName, string inputColumnName = null)
    {
        OutputColumnName = Contracts.CheckNonEmpty(outputColumnName, nameof(outputColumnName));
        InputColumnName = inputColumnName ?? outputColumnName;
    }

    public string InputColumnName { get; }

    public string OutputColumnName { get; }

    internal static ColumnPair[] Pairs(InputOutputColumnPair[] columns) =>
        Contracts.CheckValue(columns, nameof(columns)).Select(column => new ColumnPair(column.OutputColumnName, column.InputColumnName)).ToArray();
}
