namespace MLTransfer.Weights;

/// <summary>A tensor of a weights file: its elements in row-major order, little-endian.</summary>
/// <param name="Name">The key under which the file holds it, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a single number.</param>
/// <param name="Bytes">Its elements, exactly as many bytes as <paramref name="Shape"/> and <paramref name="Type"/> imply. Tensors that
/// share storage in the file may share memory here.</param>
public sealed record StoredTensor(string Name, TensorType Type, long[] Shape, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The number of elements: the product of <see cref="Shape"/>, 1 for a single number.</summary>
    public long Count => Description.Count;

    internal TensorDescription Description => new(Name, Type, Shape);
}

/// <summary>A tensor of a weights file without its values.</summary>
/// <param name="Name">The key under which the file holds it, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a single number.</param>
internal sealed record TensorDescription(string Name, TensorType Type, long[] Shape)
{
    /// <summary>The number of elements: the product of <see cref="Shape"/>, 1 for a single number.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The length of its elements in bytes.</summary>
    public long ByteCount => Count * Type.Size();
}

/// <summary>The element types that weights files may hold, always stored little-endian.</summary>
public enum TensorType
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>Unsigned 8-bit integer.</summary>
    UInt8,

    /// <summary>Unsigned 16-bit integer; torch 2.3 and later.</summary>
    UInt16,

    /// <summary>Unsigned 32-bit integer; torch 2.3 and later.</summary>
    UInt32,

    /// <summary>Unsigned 64-bit integer; torch 2.3 and later.</summary>
    UInt64,

    /// <summary>Signed 8-bit integer.</summary>
    Int8,

    /// <summary>Signed 16-bit integer.</summary>
    Int16,

    /// <summary>Signed 32-bit integer.</summary>
    Int32,

    /// <summary>Signed 64-bit integer.</summary>
    Int64,

    /// <summary>IEEE 754 half precision.</summary>
    Float16,

    /// <summary>The upper half of a single-precision number.</summary>
    BFloat16,

    /// <summary>IEEE 754 single precision.</summary>
    Float32,

    /// <summary>IEEE 754 double precision.</summary>
    Float64,
}

internal static class TensorTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.Bool or TensorType.UInt8 or TensorType.Int8 => 1,
        TensorType.Int16 or TensorType.UInt16 or TensorType.Float16 or TensorType.BFloat16 => 2,
        TensorType.Int32 or TensorType.UInt32 or TensorType.Float32 => 4,
        TensorType.Int64 or TensorType.UInt64 or TensorType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "This is not a tensor type."),
    };
}
