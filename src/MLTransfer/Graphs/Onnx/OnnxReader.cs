using Google.Protobuf;
using MLTransfer.Errors;
using MLTransfer.Files;
using Onnx;

namespace MLTransfer.Graphs.Onnx;

/// <summary>Reads ONNX files (https://github.com/onnx/onnx/blob/main/docs/IR.md), hostile ones included.</summary>
internal static class OnnxReader
{
    private const byte VersionField = 0x08;
    private const int LatestVersion = 64;

    /// <summary>
    /// Whether a file that starts like this is meant as ONNX: it starts with the version of the format, then another field of a model.
    /// </summary>
    public static bool LooksLike(ReadOnlySpan<byte> head) => head.Length > 2 && head[0] == VersionField && head[1] is > 0 and < LatestVersion
        // Texts and messages 2 to 8, 14, 20 and 25, and the model's own version, field 5.
        && head[2] is 0x12 or 0x1A or 0x22 or 0x28 or 0x32 or 0x3A or 0x42 or 0x72 or 0xA2 or 0xCA;

    /// <summary>Reads a model; what parsing it takes is charged to the budget first.</summary>
    /// <exception cref="Exception">It is no ONNX model, is damaged, or would take more memory than such a file needs.</exception>
    public static ModelProto Read(ByteSource source, ReadBudget budget, FileErrors errors)
    {
        byte[] bytes = new byte[budget.Take(source.Length, "it")];
        source.Read(0, bytes);
        new ProtobufSize(budget, errors).Charge(bytes, ModelProto.Descriptor);
        ModelProto model;
        try
        {
            model = ModelProto.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw errors.Damaged($"it is not an ONNX model ({exception.Message})", exception);
        }
        if (model.Graph is null)
            throw errors.Damaged("it is an ONNX model without a graph");
        return model;
    }
}

/// <summary>A tensor of an ONNX file, its shape checked against its data, the data not copied yet.</summary>
internal sealed class OnnxTensor
{
    private const int MostDimensions = 16, LongestName = 120;
    private readonly TensorProto _tensor;

    private OnnxTensor(TensorProto tensor, OnnxElement element, long[] shape, long count) =>
        (_tensor, Element, Shape, Count) = (tensor, element, shape, count);

    public string Name => _tensor.Name;

    public OnnxElement Element { get; }

    public long[] Shape { get; }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>Checks a tensor.</summary>
    /// <exception cref="Exception">Its type is not supported, its data lies in another file, or does not fit its shape.</exception>
    public static OnnxTensor Of(TensorProto tensor, FileErrors errors)
    {
        string name = Printable.Sanitize(tensor.Name, LongestName);
        if (tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0)
            throw errors.Unreadable($"keeps the values of '{name}' in another file, which is not read",
                "Save it as one file, in Python: onnx.save(onnx.load(\"model.onnx\"), \"whole.onnx\").");
        if (OnnxElement.Find(tensor.DataType) is not { } element)
            throw errors.Unreadable($"holds '{name}' in the element type {tensor.DataType} of ONNX, which is not supported",
                "Export it with numbers in float32 or float16.");
        if (tensor.Dims.Count > MostDimensions || tensor.Dims.Any(size => size < 0))
            throw errors.Damaged($"the tensor '{name}' has an impossible shape");
        Int128 count = tensor.Dims.Aggregate((Int128)1, (product, size) => product > long.MaxValue ? product : product * size);
        long stored = tensor.RawData.Length > 0 ? tensor.RawData.Length / element.Size : element.StoredCount(tensor);
        if (count != stored || tensor.RawData.Length % element.Size != 0 || count * element.Size > Array.MaxLength)
            throw errors.Damaged($"the tensor '{name}' has {stored} values; its shape needs {count}");
        return new(tensor, element, [.. tensor.Dims], (long)count);
    }

    /// <summary>Copies the elements, little-endian.</summary>
    public byte[] Bytes() => _tensor.RawData.Length > 0 ? _tensor.RawData.ToByteArray() : Element.StoredBytes(_tensor);
}
