using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>
/// A number between 0 and 1 for each row, the same each time: random, or from the value of a sampling key column, so that rows with the same value
/// stay together. A row without a key has NaN.
/// </summary>
internal abstract class SplitNumbers
{
    public abstract bool DependOnValues { get; }

    public abstract DataViewSchema.Column? Column { get; }

    public static SplitNumbers Of(IDataView data, string samplingKeyColumnName, int seed)
    {
        if (samplingKeyColumnName is null)
            return new RandomNumbers(seed);
        DataViewSchema.Column column = data.Schema.GetColumnOrNull(samplingKeyColumnName)
            ?? throw Contracts.ExceptSchemaMismatch(nameof(samplingKeyColumnName), "SamplingKeyColumn", samplingKeyColumnName);
        Contracts.CheckParam(column.Type is PrimitiveDataViewType, nameof(samplingKeyColumnName), $"A column of type {column.Type} cannot be a sampling key for the stand-in for ML.NET.");
        return (SplitNumbers)GenericCall.Invoke(ByValue<int>, column.Type.RawType, column, seed);
    }

    public abstract Func<double> Start(DataViewRow row);

    private static ValueNumbers<T> ByValue<T>(DataViewSchema.Column column, int seed) => new ValueNumbers<T>(column, seed);

    private sealed class RandomNumbers(int seed) : SplitNumbers
    {
        public override bool DependOnValues => false;

        public override DataViewSchema.Column? Column => null;

        public override Func<double> Start(DataViewRow row)
        {
            var random = new Random(seed);
            return random.NextDouble;
        }
    }

    private sealed class ValueNumbers<T>(DataViewSchema.Column column, int seed) : SplitNumbers
    {
        public override bool DependOnValues => true;

        public override DataViewSchema.Column? Column => column;

        public override Func<double> Start(DataViewRow row)
        {
            ValueGetter<T> getter = row.GetGetter<T>(column);
            T value = default;
            return () =>
            {
                getter(ref value);
                return column.Type is KeyDataViewType key ? OfKey(Convert.ToUInt64(value, null), key.Count) : OfHash(value);
            };
        }

        private static double OfKey(ulong key, ulong count) => key == 0 || key > count ? double.NaN : (key - 0.5) / count;

        /// <summary>FNV-1a over the value as text, of which the upper 30 bits make the number.</summary>
        private double OfHash(T value)
        {
            ulong hash = 14695981039346656037UL ^ (uint)seed;
            foreach (char letter in Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture))
                hash = (hash ^ letter) * 1099511628211UL;
            return (hash >> 34) / (double)(1UL << 30);
        }
    }
}
