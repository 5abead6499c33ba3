using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Which columns of a schema a cursor has been asked for.</summary>
internal static class ActiveColumns
{
    public static bool[] Of(DataViewSchema schema, IEnumerable<DataViewSchema.Column> needed)
    {
        Contracts.CheckValue(needed, "columnsNeeded");
        var active = new bool[schema.Count];
        foreach (DataViewSchema.Column column in needed)
        {
            Contracts.Check(column.Index < active.Length, $"The requested column: {column} is not part of the sourceSchema");
            active[column.Index] = true;
        }
        return active;
    }

    public static ValueGetter<TValue> Typed<TValue>(Delegate getter) => getter as ValueGetter<TValue>
        ?? throw Contracts.Except($"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{getter.GetType().GetGenericArguments()[0]}'.");
}
