using System.Text.Json;

namespace MLTransfer.Weights;

/// <summary>One tensor as the header describes it; <paramref name="Start"/> and <paramref name="End"/> count from the end of the header.</summary>
internal sealed record SafetensorsEntry(int Index, string Name, TensorType Type, long[] Shape, long Start, long End);

/// <summary>The JSON header of a safetensors file, with everything in it checked.</summary>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataLength)
{
    private const string MetadataKey = "__metadata__";
    private const int Alignment = 8;

    private static readonly (string Name, TensorType Type)[] Types =
    [
        ("BOOL", TensorType.Bool), ("U8", TensorType.UInt8), ("I8", TensorType.Int8), ("I16", TensorType.Int16), ("I32", TensorType.Int32),
        ("I64", TensorType.Int64), ("F16", TensorType.Float16), ("BF16", TensorType.BFloat16), ("F32", TensorType.Float32), ("F64", TensorType.Float64),
    ];

    /// <exception cref="WeightsException">The header is not JSON, a type is unknown, or the tensors overlap, leave gaps, or do not fit their shapes.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, WeightsErrors errors)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return Read(document.RootElement, errors);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw errors.Damaged($"its header is not that of a safetensors file ({exception.Message})", exception);
        }
    }

    /// <summary>The header for tensors whose numbers are written in the order given, padded so that they start aligned.</summary>
    public static byte[] Write(StoredTensor[] tensors, int[] order, IReadOnlyDictionary<string, string>? metadata)
    {
        var starts = new long[tensors.Length];
        long end = 0;
        foreach (int index in order)
        {
            starts[index] = end;
            end += tensors[index].Bytes.Length;
        }
        var header = new OrderedDictionary<string, object>(StringComparer.Ordinal);
        if (metadata is { Count: > 0 })
            header.Add(MetadataKey, metadata);
        for (int index = 0; index < tensors.Length; index++)
        {
            StoredTensor tensor = tensors[index];
            long[] offsets = [starts[index], starts[index] + tensor.Bytes.Length];
            header.Add(tensor.Name, new { dtype = NameOf(tensor.Type), shape = tensor.Shape, data_offsets = offsets });
        }
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(header);
        byte[] padded = new byte[(json.Length + Alignment - 1) / Alignment * Alignment];
        padded.AsSpan(json.Length).Fill((byte)' ');
        json.CopyTo(padded, 0);
        return padded;
    }

    private static SafetensorsHeader Read(JsonElement root, WeightsErrors errors)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<SafetensorsEntry>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name != MetadataKey)
                entries.Add(ReadEntry(entries.Count, property.Name, property.Value, errors));
            else
                foreach (JsonProperty text in property.Value.EnumerateObject())
                    metadata.Add(text.Name, text.Value.GetString() ?? "");
        }
        return new SafetensorsHeader(entries, metadata, CheckedLength(entries, errors));
    }

    private static SafetensorsEntry ReadEntry(int index, string name, JsonElement element, WeightsErrors errors)
    {
        string typeName = element.GetProperty("dtype").GetString() ?? "";
        int type = Array.FindIndex(Types, known => known.Name == typeName);
        if (type < 0)
            throw errors.UnknownType(name, typeName);
        long[] shape = Numbers(element.GetProperty("shape")), offsets = Numbers(element.GetProperty("data_offsets"));
        if (offsets is not [var start, var end] || start < 0 || end < start || shape.Any(size => size < 0))
            throw errors.Damaged($"the tensor '{name}' has an impossible shape or place");
        Int128 bytes = shape.Aggregate((Int128)Types[type].Type.Size(), (product, size) => product > long.MaxValue && size != 0 ? product : product * size);
        if (bytes != end - start)
            throw errors.Damaged($"the tensor '{name}' has {end - start} bytes; its shape needs {bytes}");
        if (bytes > Array.MaxLength)
            throw errors.TooLarge($"the tensor '{name}' has {bytes} bytes");
        return new SafetensorsEntry(index, name, Types[type].Type, shape, start, end);
    }

    private static long CheckedLength(List<SafetensorsEntry> entries, WeightsErrors errors)
    {
        long end = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.End))
        {
            if (entry.Start != end)
                throw errors.Damaged($"the tensor '{entry.Name}' starts at {entry.Start}, the one before ends at {end}");
            end = entry.End;
        }
        return end;
    }

    private static long[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt64())];

    private static string NameOf(TensorType type) => Array.Find(Types, known => known.Type == type).Name;
}
