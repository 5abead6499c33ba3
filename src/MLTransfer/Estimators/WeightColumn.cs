using Microsoft.ML;
using Microsoft.ML.Data;

namespace MLTransfer.Estimators;

/// <summary>The column of an <see cref="IDataView"/> that says what each image counts for.</summary>
internal static class WeightColumn
{
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or not of single-precision numbers.</exception>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name)
    {
        DataViewSchema.Column column = schema.GetColumnOrNull(name)
            ?? throw new ArgumentOutOfRangeException(
            nameof(schema), $"There is no column '{name}' for the weights. The columns are {string.Join(", ", schema.Select(c => c.Name))}.");
        return column.Type == NumberDataViewType.Single
            ? column
            : throw new ArgumentOutOfRangeException(
            nameof(schema), $"Schema mismatch for the weight column '{name}': it is {column.Type}; expected Single.");
    }

    /// <summary>Reads the weight of the row a cursor stands on.</summary>
    public static Func<float> Reader(DataViewRow row, string name)
    {
        ValueGetter<float> getter = row.GetGetter<float>(Find(row.Schema, name));
        return () =>
        {
            float weight = 0;
            getter(ref weight);
            return weight > 0 && float.IsFinite(weight) ? weight
                : throw new ArgumentException($"The weight in column '{name}', row {row.Position}, is {weight}; it must be a positive "
                + $"number.");
        };
    }
}
