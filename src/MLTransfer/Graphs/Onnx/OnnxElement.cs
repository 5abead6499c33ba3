using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf.Collections;
using Onnx;
using static Onnx.TensorProto.Types;

namespace MLTransfer.Graphs.Onnx;

/// <summary>An element type of ONNX tensors: its size, and the list that holds its values where they are not raw bytes.</summary>
/// <param name="Type">The type.</param>
/// <param name="Size">Bytes of one element.</param>
internal sealed record OnnxElement(DataType Type, int Size)
{
    private static readonly OnnxElement[] All =
    [
        new(DataType.Float, 4), new(DataType.Double, 8), new(DataType.Float16, 2), new(DataType.Bfloat16, 2), new(DataType.Bool, 1),
        new(DataType.Int8, 1), new(DataType.Int16, 2), new(DataType.Int32, 4), new(DataType.Int64, 8),
        new(DataType.Uint8, 1), new(DataType.Uint16, 2), new(DataType.Uint32, 4), new(DataType.Uint64, 8),
    ];

    /// <summary>The type of that number in a file; null where it is not supported.</summary>
    public static OnnxElement? Find(int type) => Array.Find(All, known => (int)known.Type == type);

    /// <summary>The number of values that a tensor lists.</summary>
    public int StoredCount(TensorProto tensor) => Type switch
    {
        DataType.Float => tensor.FloatData.Count,
        DataType.Double => tensor.DoubleData.Count,
        DataType.Int64 => tensor.Int64Data.Count,
        DataType.Uint32 or DataType.Uint64 => tensor.Uint64Data.Count,
        _ => tensor.Int32Data.Count,
    };

    /// <summary>The values that a tensor lists, little-endian.</summary>
    public byte[] StoredBytes(TensorProto tensor)
    {
        byte[] bytes = new byte[StoredCount(tensor) * Size];
        switch (Type)
        {
            case DataType.Float:
                Copy(tensor.FloatData, bytes);
                break;
            case DataType.Double:
                Copy(tensor.DoubleData, bytes);
                break;
            case DataType.Int64:
                Copy(tensor.Int64Data, bytes);
                break;
            case DataType.Uint32 or DataType.Uint64:
                Narrow(bytes, tensor.Uint64Data.Select(value => (long)value));
                break;
            default:
                Narrow(bytes, tensor.Int32Data.Select(value => (long)value));
                break;
        }
        return bytes;
    }

    private static void Copy<T>(RepeatedField<T> values, byte[] bytes) where T : unmanaged
    {
        Span<T> target = MemoryMarshal.Cast<byte, T>(bytes.AsSpan());
        for (int index = 0; index < target.Length; index++)
            target[index] = values[index];
    }

    // Smaller types are listed as wider numbers, half precision by its bits.
    private void Narrow(byte[] bytes, IEnumerable<long> values)
    {
        Span<byte> wide = stackalloc byte[sizeof(long)];
        int at = 0;
        foreach (long value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(wide, value);
            wide[..Size].CopyTo(bytes.AsSpan(at));
            at += Size;
        }
    }
}
