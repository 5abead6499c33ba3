using System.Text.Json;

namespace MLTransfer.Weights;

/// <summary>The JSON header of a safetensors file, with everything in it checked.</summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataLength)
{
    private const string MetadataKey = "__metadata__";
    private const int Alignment = 8;
    private const int MaximumDepth = 4;

    /// <exception cref="WeightsException">The header is not JSON, a type is unknown, or the tensors overlap, leave gaps, or do not fit
    /// their shapes.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, WeightsErrors errors)
    {
        try
        {
            using JsonDocument document = JsonDocument
                .Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = MaximumDepth });
            return Read(document.RootElement, errors);
        }
        catch (Exception exception) when (
            exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
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
            if (tensor.Name == MetadataKey)
                throw new ArgumentException($"A tensor of a safetensors file cannot be called {MetadataKey}.", nameof(tensors));
            long[] offsets = [starts[index], starts[index] + tensor.Bytes.Length];
            header.Add(tensor.Name, new { dtype = SafetensorsEntry.NameOf(tensor.Type), shape = tensor.Shape, data_offsets = offsets });
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
                entries.Add(SafetensorsEntry.Read(entries.Count, property.Name, property.Value, errors));
            else
                foreach (JsonProperty text in property.Value.EnumerateObject())
                    metadata.Add(text.Name, text.Value.GetString() ?? "");
        }
        return new SafetensorsHeader(entries, metadata, CheckedLength(entries, errors));
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
}
