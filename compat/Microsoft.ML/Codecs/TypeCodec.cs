using System.Collections.Immutable;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Column types in model files: a byte for the kind, and what makes the type of it.</summary>
internal static class TypeCodec
{
    private const byte Key = 100;
    private const byte Vector = 101;

    private static readonly PrimitiveDataViewType[] Simple =
    [
        TextDataViewType.Instance, BooleanDataViewType.Instance, RowIdDataViewType.Instance,
        NumberDataViewType.SByte, NumberDataViewType.Byte, NumberDataViewType.Int16, NumberDataViewType.UInt16, NumberDataViewType.Int32,
        NumberDataViewType.UInt32, NumberDataViewType.Int64, NumberDataViewType.UInt64, NumberDataViewType.Single, NumberDataViewType.Double,
    ];

    public static bool CanWrite(DataViewType type) => type.ItemType() is KeyDataViewType || Simple.Contains(type.ItemType());

    public static void Write(BinaryWriter writer, DataViewType type)
    {
        switch (type)
        {
            case VectorDataViewType vector:
                writer.Write(Vector);
                Write(writer, vector.ItemType);
                writer.Write(vector.Dimensions.Length);
                foreach (int dimension in vector.Dimensions)
                    writer.Write(dimension);
                break;
            case KeyDataViewType key:
                writer.Write(Key);
                Write(writer, BuiltInTypes.Find(key.RawType));
                writer.Write(key.Count);
                break;
            default:
                writer.Write((byte)Array.IndexOf(Simple, type));
                break;
        }
    }

    public static DataViewType Read(BinaryReader reader)
    {
        byte kind = reader.ReadByte();
        if (kind < Simple.Length)
            return Simple[kind];
        Contracts.CheckDecode(kind is Key or Vector, "Corrupt model file: unknown kind of column type");
        DataViewType item = Read(reader);
        if (kind == Key)
        {
            ulong count = reader.ReadUInt64();
            Contracts.CheckDecode(count > 0 && count <= KeyDataViewType.LargestCount(item.RawType), "Corrupt model file: a key type that cannot be");
            return new KeyDataViewType(item.RawType, count);
        }
        int rank = reader.ReadInt32();
        Contracts.CheckDecode(rank is > 0 and < 64 && item is PrimitiveDataViewType, "Corrupt model file: a vector type that cannot be");
        ImmutableArray<int> dimensions = [.. Enumerable.Range(0, rank).Select(_ => reader.ReadInt32())];
        Contracts.CheckDecode(dimensions.All(dimension => dimension >= 0), "Corrupt model file: a vector type that cannot be");
        return new VectorDataViewType((PrimitiveDataViewType)item, dimensions);
    }
}
