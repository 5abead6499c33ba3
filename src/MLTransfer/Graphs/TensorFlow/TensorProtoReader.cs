using System.Runtime.InteropServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Tensorboard;
using static TorchSharp.torch;

namespace MLTransfer.Graphs.TensorFlow;

/// <summary>
/// Reads constants. A TensorProto holds its values as bytes, or as a list in which the last value may stand for all that follow.
/// </summary>
/// <param name="budget">How many bytes of memory the constants of the file may take.</param>
internal sealed class TensorProtoReader(long budget)
{
    private long _left = budget;

    /// <summary>The number format of a DataType.</summary>
    /// <exception cref="KernelException">It cannot be computed with.</exception>
    public static ScalarType TypeOf(DataType type) => type switch
    {
        DataType.DtFloat => ScalarType.Float32,
        DataType.DtDouble => ScalarType.Float64,
        DataType.DtHalf => ScalarType.Float16,
        DataType.DtBfloat16 => ScalarType.BFloat16,
        DataType.DtInt8 or DataType.DtQint8 => ScalarType.Int8,
        DataType.DtUint8 or DataType.DtQuint8 => ScalarType.Byte,
        DataType.DtInt16 => ScalarType.Int16,
        DataType.DtInt32 or DataType.DtQint32 => ScalarType.Int32,
        DataType.DtInt64 => ScalarType.Int64,
        DataType.DtBool => ScalarType.Bool,
        _ => throw new KernelException($"Its type is {NameOf(type)}; numbers of 8 to 64 bits, bool and string are possible."),
    };

    /// <summary>The sizes of a shape, -1 for a free one; null where the rank is unknown.</summary>
    /// <exception cref="KernelException">A size is below -1, or there are too many.</exception>
    public static long[]? ShapeOf(TensorShapeProto? shape)
    {
        if (shape is null || shape.UnknownRank) return null;
        long[] sizes = [.. shape.Dim.Select(dim => dim.Size)];
        if (sizes.Length > Shapes.MaximumRank || sizes.Any(size => size < -1))
            throw new KernelException($"Its shape {Shapes.Text(sizes.Take(Shapes.MaximumRank))} is none; sizes must be -1 or larger.");
        return sizes;
    }

    /// <summary>The value; the caller owns its tensor.</summary>
    /// <exception cref="KernelException">Type, shape and values contradict each other, or would take too much memory.</exception>
    public GraphValue Read(TensorProto proto)
    {
        long[] shape = ShapeOf(proto.TensorShape) ?? [];
        long count = Shapes.Elements(shape);
        if (proto.Dtype == DataType.DtString) return ReadText(proto, shape, count);
        ScalarType type = TypeOf(proto.Dtype);
        return proto.TensorContent.IsEmpty ? ReadValues(proto, type, shape, count) : ReadContent(proto.TensorContent, type, shape, count);
    }

    private static string NameOf(DataType type) => type.ToString();

    private Tensor ReadContent(ByteString content, ScalarType type, long[] shape, long count)
    {
        long bytes = count * SizeOf(type);
        if (content.Length != bytes)
            throw new KernelException($"Its shape {Shapes.Text(shape)} needs {bytes:N0} bytes, and its content has {content.Length:N0}.");
        Tensor values = New(type, shape, bytes);
        content.Span.CopyTo(values.bytes);
        if (!BitConverter.IsLittleEndian) Reverse(values.bytes, SizeOf(type));
        return values;
    }

    private Tensor ReadValues(TensorProto proto, ScalarType type, long[] shape, long count) => type switch
    {
        ScalarType.Float32 => Fill(proto.FloatVal, value => value, type, shape, count),
        ScalarType.Float64 => Fill(proto.DoubleVal, value => value, type, shape, count),
        ScalarType.Float16 => Fill(proto.HalfVal, value => BitConverter.UInt16BitsToHalf((ushort)value), type, shape, count),
        ScalarType.BFloat16 => Fill(proto.HalfVal, value => (ushort)value, type, shape, count),
        ScalarType.Int64 => Fill(proto.Int64Val, value => value, type, shape, count),
        ScalarType.Bool => Fill(proto.BoolVal, value => value, type, shape, count),
        ScalarType.Int32 => Fill(proto.IntVal, value => value, type, shape, count),
        ScalarType.Int16 => Fill(proto.IntVal, value => (short)value, type, shape, count),
        ScalarType.Int8 => Fill(proto.IntVal, value => (sbyte)value, type, shape, count),
        _ => Fill(proto.IntVal, value => (byte)value, type, shape, count),
    };

    // One value for all elements takes no memory: it is expanded.
    private Tensor Fill<TSource, T>(RepeatedField<TSource> values, Func<TSource, T> convert, ScalarType type, long[] shape, long count)
        where T : unmanaged
    {
        if (values.Count > count)
            throw new KernelException($"Its shape {Shapes.Text(shape)} has {count:N0} elements, and {values.Count:N0} values are given.");
        if (values.Count <= 1 && count > 1)
        {
            using Tensor single = New(type, [], SizeOf(type));
            MemoryMarshal.Cast<byte, T>(single.bytes)[0] = values.Count == 0 ? default : convert(values[0]);
            return single.expand(shape);
        }
        Tensor tensor = New(type, shape, count * SizeOf(type));
        if (count == 0) return tensor;
        Span<T> target = MemoryMarshal.Cast<byte, T>(tensor.bytes);
        target.Clear();
        for (int index = 0; index < values.Count; index++) target[index] = convert(values[index]);
        if (values.Count > 0) target[values.Count..].Fill(target[values.Count - 1]);
        return tensor;
    }

    private GraphValue ReadText(TensorProto proto, long[] shape, long count)
    {
        if (proto.StringVal.Count > count)
            throw new KernelException($"Its shape {Shapes.Text(shape)} has {count:N0} strings, and {proto.StringVal.Count:N0} are given.");
        Take(count * IntPtr.Size * 2);
        var items = new ReadOnlyMemory<byte>[count];
        for (int index = 0; index < items.Length && proto.StringVal.Count > 0; index++)
            items[index] = proto.StringVal[Math.Min(index, proto.StringVal.Count - 1)].Memory;
        return GraphValue.Of(new TextTensor(items, shape));
    }

    private Tensor New(ScalarType type, long[] shape, long bytes)
    {
        Take(bytes);
        if (bytes > Array.MaxLength) throw new KernelException($"It has {bytes:N0} bytes; a constant has at most {Array.MaxLength:N0}.");
        return empty(shape, type);
    }

    private void Take(long bytes)
    {
        if (bytes > _left)
            throw new KernelException($"Its {bytes:N0} bytes of memory are more than the constants of a file of this size may take.");
        _left -= bytes;
    }

    private static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.Float64 or ScalarType.Int64 => 8,
        ScalarType.Float32 or ScalarType.Int32 => 4,
        ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Int16 => 2,
        _ => 1,
    };

    private static void Reverse(Span<byte> bytes, int size)
    {
        for (int at = 0; at < bytes.Length; at += size) bytes.Slice(at, size).Reverse();
    }
}
