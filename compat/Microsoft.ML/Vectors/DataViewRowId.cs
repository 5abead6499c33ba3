using System.Numerics;

namespace Microsoft.ML.Data;

/// <summary>A 128-bit name of a row, from which the names of derived rows are made; the mixing steps are those of Murmur3.</summary>
public readonly struct DataViewRowId : IComparable<DataViewRowId>, IEquatable<DataViewRowId>
{
    private const ulong FirstFactor = 0x87c37b91114253d5;
    private const ulong SecondFactor = 0x4cf5ad432745937f;

    public readonly ulong Low;

    public readonly ulong High;

    public DataViewRowId(ulong low, ulong high)
    {
        Low = low;
        High = high;
    }

    public override string ToString() => $"{High:x16}{Low:x16}";

    public int CompareTo(DataViewRowId other) => (High, Low).CompareTo((other.High, other.Low));

    public bool Equals(DataViewRowId other) => Low == other.Low && High == other.High;

    public override bool Equals(object obj) => obj is DataViewRowId other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Low, High);

    public DataViewRowId Fork()
    {
        DataViewRowId next = Next();
        return new DataViewRowId(next.Low ^ (BitOperations.RotateLeft(FirstFactor, 31) * SecondFactor), next.High);
    }

    public DataViewRowId Next() => Mixed(Low, High, 0, 0);

    public DataViewRowId Combine(DataViewRowId other)
    {
        DataViewRowId fork = other.Fork();
        return Mixed(
            Low,
            High,
            BitOperations.RotateLeft(fork.Low * FirstFactor, 31) * SecondFactor,
            BitOperations.RotateLeft(fork.High * SecondFactor, 33) * FirstFactor);
    }

    private static DataViewRowId Mixed(ulong low, ulong high, ulong lowKey, ulong highKey)
    {
        low = ((BitOperations.RotateLeft(low ^ lowKey, 27) + high) * 5) + 0x52dce729;
        high = ((BitOperations.RotateLeft(high ^ highKey, 31) + low) * 5) + 0x38495ab5;
        return new DataViewRowId(low, high);
    }
}
