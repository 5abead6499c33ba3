namespace Microsoft.ML.Data;

/// <summary>Single values in model files.</summary>
internal static class ValueCodec
{
    public static void Write<T>(BinaryWriter writer, T value)
    {
        switch (value)
        {
            case ReadOnlyMemory<char> text: writer.Write(text.ToString()); break;
            case bool flag: writer.Write(flag); break;
            case sbyte number: writer.Write(number); break;
            case byte number: writer.Write(number); break;
            case short number: writer.Write(number); break;
            case ushort number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case long number: writer.Write(number); break;
            case ulong number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case double number: writer.Write(number); break;
            case DataViewRowId id:
                writer.Write(id.Low);
                writer.Write(id.High);
                break;
            default: throw new NotSupportedException($"Values of type {typeof(T)} cannot be saved.");
        }
    }

    public static T Read<T>(BinaryReader reader)
    {
        if (typeof(T) == typeof(ReadOnlyMemory<char>))
            return (T)(object)reader.ReadString().AsMemory();
        if (typeof(T) == typeof(DataViewRowId))
            return (T)(object)new DataViewRowId(reader.ReadUInt64(), reader.ReadUInt64());
        return (T)(Type.GetTypeCode(typeof(T)) switch
        {
            TypeCode.Boolean => reader.ReadBoolean(),
            TypeCode.SByte => reader.ReadSByte(),
            TypeCode.Byte => reader.ReadByte(),
            TypeCode.Int16 => reader.ReadInt16(),
            TypeCode.UInt16 => reader.ReadUInt16(),
            TypeCode.Int32 => reader.ReadInt32(),
            TypeCode.UInt32 => reader.ReadUInt32(),
            TypeCode.Int64 => reader.ReadInt64(),
            TypeCode.UInt64 => reader.ReadUInt64(),
            TypeCode.Single => reader.ReadSingle(),
            TypeCode.Double => (object)reader.ReadDouble(),
            _ => throw new NotSupportedException($"Values of type {typeof(T)} cannot be loaded."),
        });
    }
}
