namespace Microsoft.ML.Data;

/// <summary>The type of a column: how its values are represented, and for keys and vectors how many there are.</summary>
public abstract class DataViewType : IEquatable<DataViewType>
{
    private protected DataViewType(Type rawType) => RawType = rawType ?? throw new ArgumentNullException(nameof(rawType));

    public Type RawType { get; }

    public abstract bool Equals(DataViewType other);
}
