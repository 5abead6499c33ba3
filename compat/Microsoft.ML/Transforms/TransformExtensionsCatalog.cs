using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>Copies, keeps and drops columns.</summary>
public static class TransformExtensionsCatalog
{
    public static ColumnCopyingEstimator CopyColumns(this TransformsCatalog catalog, string outputColumnName, string inputColumnName)
    {
        catalog.GetEnvironment();
        return new ColumnCopyingEstimator([new ColumnPair(outputColumnName, inputColumnName)]);
    }

    public static ColumnSelectingEstimator DropColumns(this TransformsCatalog catalog, params string[] columnNames)
    {
        catalog.GetEnvironment();
        return new ColumnSelectingEstimator(new ColumnSelection(columnNames, Keeps: false, KeepHidden: true));
    }

    public static ColumnSelectingEstimator SelectColumns(this TransformsCatalog catalog, string[] columnNames, bool keepHidden)
    {
        catalog.GetEnvironment();
        return new ColumnSelectingEstimator(new ColumnSelection(columnNames, Keeps: true, keepHidden));
    }

    public static ColumnSelectingEstimator SelectColumns(this TransformsCatalog catalog, params string[] columnNames) => catalog.SelectColumns(columnNames, false);
}
