using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>Schemas in model files, with their annotations; columns of registered types, such as images, are left out as ML.NET leaves them out.</summary>
internal static class SchemaCodec
{
    private const uint Signature = 0x48435353;

    public static void Write(BinaryWriter writer, DataViewSchema schema)
    {
        DataViewSchema.Column[] columns = schema.Where(column => TypeCodec.CanWrite(column.Type)).ToArray();
        Contracts.Check(columns.Length > 0, "No valid columns to save");
        writer.Write(Signature);
        writer.Write(columns.Length);
        foreach (DataViewSchema.Column column in columns)
        {
            writer.Write(column.Name);
            TypeCodec.Write(writer, column.Type);
            DataViewSchema.Column[] annotations = column.Annotations.Schema.Where(annotation => TypeCodec.CanWrite(annotation.Type)).ToArray();
            writer.Write(annotations.Length);
            foreach (DataViewSchema.Column annotation in annotations)
            {
                writer.Write(annotation.Name);
                TypeCodec.Write(writer, annotation.Type);
                if (annotation.Type is VectorDataViewType vector)
                    GenericCall.Invoke(WriteVector<int>, vector.ItemType.RawType, writer, column.Annotations, annotation);
                else
                    GenericCall.Invoke(WriteScalar<int>, annotation.Type.RawType, writer, column.Annotations, annotation);
            }
        }
    }

    public static DataViewSchema Read(BinaryReader reader)
    {
        Contracts.CheckDecode(reader.BaseStream.Length >= 2 * sizeof(uint) && reader.ReadUInt32() == Signature, "Wrong file type");
        var schema = new DataViewSchema.Builder();
        for (int columns = Count(reader); columns > 0; columns--)
        {
            string name = reader.ReadString();
            DataViewType type = TypeCodec.Read(reader);
            var annotations = new DataViewSchema.Annotations.Builder();
            for (int left = Count(reader); left > 0; left--)
            {
                string kind = reader.ReadString();
                DataViewType annotationType = TypeCodec.Read(reader);
                Delegate getter = annotationType is VectorDataViewType vector
                    ? (Delegate)GenericCall.Invoke(ReadVector<int>, vector.ItemType.RawType, reader)
                    : (Delegate)GenericCall.Invoke(ReadScalar<int>, annotationType.RawType, reader);
                annotations.Add(kind, annotationType, getter);
            }
            schema.AddColumn(name, type, annotations.ToAnnotations());
        }
        return schema.ToSchema();
    }

    private static void WriteScalar<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        T value = default;
        annotations.GetValue(annotation.Name, ref value);
        ValueCodec.Write(writer, value);
    }

    private static void WriteVector<T>(BinaryWriter writer, DataViewSchema.Annotations annotations, DataViewSchema.Column annotation)
    {
        VBuffer<T> values = default;
        annotations.GetValue(annotation.Name, ref values);
        writer.Write(values.Length);
        foreach (T value in values.DenseValues())
            ValueCodec.Write(writer, value);
    }

    private static Delegate ReadScalar<T>(BinaryReader reader)
    {
        T value = ValueCodec.Read<T>(reader);
        return (ValueGetter<T>)((ref T destination) => destination = value);
    }

    private static Delegate ReadVector<T>(BinaryReader reader)
    {
        var values = new List<T>();
        for (int left = Count(reader); left > 0; left--)
            values.Add(ValueCodec.Read<T>(reader));
        T[] all = [.. values];
        return (ValueGetter<VBuffer<T>>)((ref VBuffer<T> destination) => VBuffer<T>.Copy(all, 0, ref destination, all.Length));
    }

    private static int Count(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        Contracts.CheckDecode(count >= 0, "Corrupt model file");
        return count;
    }
}
