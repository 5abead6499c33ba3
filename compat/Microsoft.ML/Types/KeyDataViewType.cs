using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>One of a known number of things, counted from 1; the raw value 0 is the missing key.</summary>
public sealed class KeyDataViewType : PrimitiveDataViewType
{
    public KeyDataViewType(Type type, ulong count)
        : base(type)
    {
        Contracts.CheckParam(IsValidDataType(type), nameof(type), $"Type is not valid, it must be {nameof(Byte)}, {nameof(UInt16)}, {nameof(UInt32)}, or {nameof(UInt64)}.");
        Contracts.CheckParam(
            0 < count && count <= LargestCount(type),
            nameof(count),
            $"The cardinality of a {nameof(KeyDataViewType)} must not exceed {type.Name}.{nameof(uint.MaxValue)} and must be strictly positive, but got {count}.");
        Count = count;
    }

    public KeyDataViewType(Type type, int count)
        : this(type, (ulong)count) =>
        Contracts.CheckParam(count > 0, nameof(count), $"The cardinality of a {nameof(KeyDataViewType)} must be strictly positive.");

    public ulong Count { get; }

    public static bool IsValidDataType(Type type) => LargestCount(type) > 0;

    public override bool Equals(DataViewType other) => other is KeyDataViewType key && key.RawType == RawType && key.Count == Count;

    public override bool Equals(object other) => other is DataViewType type && Equals(type);

    public override int GetHashCode() => HashCode.Combine(RawType, Count);

    public override string ToString() => $"Key<{RawType.Name}, 0-{Count - 1}>";

    internal static ulong LargestCount(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => byte.MaxValue,
        TypeCode.UInt16 => ushort.MaxValue,
        TypeCode.UInt32 => uint.MaxValue,
        TypeCode.UInt64 => ulong.MaxValue,
        _ => 0,
    };
}
