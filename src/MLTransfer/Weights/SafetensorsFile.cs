using System.Buffers.Binary;
using System.Text.Json;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The content of a safetensors file.</summary>
/// <param name="Tensors">The tensors by name, in the order of the header.</param>
/// <param name="Metadata">The metadata under <c>__metadata__</c>; empty when there is none.</param>
public sealed record SafetensorsContent(IReadOnlyDictionary<string, StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// Reads and writes the safetensors format: the length of the header (8 bytes, little-endian), the header (JSON: type, shape and offsets of
/// each tensor), the values.
/// </summary>
public static class SafetensorsFile
{
    private const int MaximumHeader = 16 << 20;
    private const int Chunk = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="WeightsException">The file is missing, damaged, cut short, or not a safetensors file.</exception>
    public static SafetensorsContent Read(string path)
    {
        var errors = new WeightsErrors(path);
        using FileStream file = OpenWeights.OpenFile(path, errors);
        return Read(file, path);
    }

    /// <summary>Reads from a stream, from its position to the last value; the rest is not read, but a stream that can seek must end
    /// there.</summary>
    /// <param name="stream">A stream, seekable or not.</param>
    /// <param name="name">Its name in errors.</param>
    /// <exception cref="WeightsException">The content is damaged, cut short, or not safetensors.</exception>
    public static SafetensorsContent Read(Stream stream, string name)
    {
        var errors = new WeightsErrors(name);
        SafetensorsHeader header = ReadHeader(stream, errors);
        var places = new StoredTensor[header.Entries.Count];
        foreach (SafetensorsEntry entry in header.Entries.OrderBy(entry => entry.Start).ThenBy(entry => entry.End))
            places[entry.Index] = new StoredTensor(
                entry.Name, entry.Type, entry.Shape, ReadBytes(stream, (int)(entry.End - entry.Start), errors));
        var tensors = new OrderedDictionary<string, StoredTensor>(places.Length, StringComparer.Ordinal);
        foreach (StoredTensor tensor in places)
            tensors.Add(tensor.Name, tensor);
        return new SafetensorsContent(tensors, header.Metadata);
    }

    /// <summary>Reads and checks the header; leaves the stream at the first value.</summary>
    internal static SafetensorsHeader ReadHeader(Stream stream, WeightsErrors errors)
    {
        long length = BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(stream, sizeof(long), errors).Span);
        if (length is < 2 or > MaximumHeader)
            throw errors.Refused($"it announces a header of {(ulong)length} bytes");
        SafetensorsHeader header = SafetensorsHeader.Parse(ReadBytes(stream, (int)length, errors), errors);
        if (stream.CanSeek && stream.Length - stream.Position is var rest && rest != header.DataLength)
        {
            throw rest < header.DataLength
                ? errors.CutShort($"{rest} of {header.DataLength} bytes of numbers are there")
                : errors.Damaged($"{rest - header.DataLength} bytes follow the last tensor");
        }
        return header;
    }

    /// <summary>Writes a file atomically: to a temporary file in the same folder, which is then renamed.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="tensors">The tensors, of different names.</param>
    /// <param name="metadata">Metadata to store with them.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one is called <c>__metadata__</c>; nothing is
    /// written.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes to a stream at its position.</summary>
    /// <param name="stream">The stream, seekable or not.</param>
    /// <param name="tensors">The tensors, of different names.</param>
    /// <param name="metadata">Metadata to store with them.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or one is called <c>__metadata__</c>; nothing is
    /// written.</exception>
    public static void Write(Stream stream, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        StoredTensor[] all = [.. tensors];
        // Wide types first, so that every tensor is aligned for readers that map the file.
        int[] order = [.. Enumerable.Range(0, all.Length).OrderByDescending(index => all[index].Type.Size())];
        byte[] header = SafetensorsHeader.Write(all, order, metadata);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (int index in order)
            stream.Write(all[index].Bytes.Span);
    }

    /// <summary>Whether a file that starts like this is meant as safetensors: a length, then the brace that opens the header.</summary>
    internal static bool LooksLike(ReadOnlySpan<byte> head) =>
        head.Length > sizeof(long) && head[sizeof(long)] == (byte)'{' && head[sizeof(long) - 1] is 0 or >= 0x40;

    // Memory grows with the bytes that arrive, never with the announced length. What is in memory already is not copied.
    private static ReadOnlyMemory<byte> ReadBytes(Stream stream, int length, WeightsErrors errors)
    {
        bool isThere = stream.CanSeek && stream.Length - stream.Position >= length;
        if (isThere && stream is MemoryStream { CanWrite: false } memory && memory.TryGetBuffer(out ArraySegment<byte> buffer))
        {
            int start = (int)memory.Position;
            memory.Position += length;
            return buffer.AsMemory(start, length);
        }

        byte[] bytes = GC.AllocateUninitializedArray<byte>(isThere ? length : Math.Min(length, Chunk));
        for (int read = 0; ;)
        {
            int wanted = bytes.Length - read;
            read += stream.ReadAtLeast(bytes.AsSpan(read), wanted, throwOnEndOfStream: false);
            if (read < bytes.Length)
                throw errors.CutShort($"it ends {length - read} bytes early");
            if (read == length)
                return bytes;
            Array.Resize(ref bytes, (int)Math.Min(length, 2L * bytes.Length));
        }
    }
}

/// <summary>The JSON header of a safetensors file, with everything in it checked.</summary>
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataLength)
{
    public const string MetadataKey = "__metadata__";
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

    /// <summary>The header for tensors whose values are written in the given order, padded so that they start aligned.</summary>
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

/// <summary>
/// One tensor as the header describes it; <paramref name="Start"/> and <paramref name="End"/> count from the end of the header.
/// </summary>
internal sealed record SafetensorsEntry(int Index, string Name, TensorType Type, long[] Shape, long Start, long End)
{
    private const int MaximumDimensions = 16;

    private static readonly (string Name, TensorType Type)[] Types =
    [
        ("BOOL", TensorType.Bool), ("U8", TensorType.UInt8), ("I8", TensorType.Int8), ("I16", TensorType.Int16), ("I32", TensorType.Int32),
        ("I64", TensorType.Int64), ("F16", TensorType.Float16), ("BF16", TensorType.BFloat16), ("F32", TensorType.Float32),
        ("F64", TensorType.Float64),
        ("U16", TensorType.UInt16), ("U32", TensorType.UInt32), ("U64", TensorType.UInt64),
    ];

    /// <summary>The format's name of a type.</summary>
    public static string NameOf(TensorType type) => Array.Find(Types, known => known.Type == type).Name;

    /// <exception cref="WeightsException">The type is unknown, or the offsets do not fit the shape.</exception>
    /// <exception cref="InvalidOperationException">The element has another JSON type than a header has there, as with other exceptions of
    /// <see cref="JsonElement"/>.</exception>
    public static SafetensorsEntry Read(int index, string name, JsonElement element, WeightsErrors errors)
    {
        TensorType type = TypeOf(element.GetProperty("dtype"))
            ?? throw errors.UnknownType(name, element.GetProperty("dtype").GetString() ?? "nothing");
        long[] shape = Numbers(element.GetProperty("shape")), offsets = Numbers(element.GetProperty("data_offsets"));
        if (offsets is not [var start, var end] || start < 0 || end < start || shape.AsSpan().ContainsAnyInRange(long.MinValue, -1))
            throw errors.Damaged($"the tensor '{name}' has an impossible shape or place");
        Int128 bytes = Bytes(shape, type);
        if (bytes != end - start)
            throw errors.Damaged($"the tensor '{name}' has {end - start} bytes; its shape needs {bytes}");
        if (bytes > Array.MaxLength)
            throw errors.Refused($"the tensor '{name}' has {bytes} bytes");
        return new SafetensorsEntry(index, name, type, shape, start, end);
    }

    // Saturates at 2^63: a hostile shape may have any product.
    private static Int128 Bytes(long[] shape, TensorType type) => shape.AsSpan().Contains(0)
        ? 0
        : shape.Aggregate((Int128)type.Size(), (product, size) => product > long.MaxValue ? product : product * size);

    private static TensorType? TypeOf(JsonElement name)
    {
        foreach ((string known, TensorType type) in Types)
        {
            if (name.ValueEquals(known))
                return type;
        }
        return null;
    }

    private static long[] Numbers(JsonElement array)
    {
        if (array.GetArrayLength() > MaximumDimensions)
            throw new FormatException($"a list of {array.GetArrayLength()} numbers is too long");
        long[] numbers = new long[array.GetArrayLength()];
        int index = 0;
        foreach (JsonElement item in array.EnumerateArray())
            numbers[index++] = item.GetInt64();
        return numbers;
    }
}

/// <summary>The tensors that the header of a safetensors file describes.</summary>
/// <param name="header">The header.</param>
/// <param name="start">The offset of the first value.</param>
/// <param name="source">The file.</param>
internal sealed class SafetensorsWeights(SafetensorsHeader header, long start, ByteSource source) : IWeightsContent
{
    public string Format => "safetensors";

    public string Container => "";

    public IReadOnlyList<string> OtherContainers => [];

    public IReadOnlyList<TensorDescription> Tensors { get; } =
        [.. header.Entries.Select(entry => new TensorDescription(entry.Name, entry.Type, entry.Shape))];

    public IReadOnlyDictionary<string, string> Metadata => header.Metadata;

    public StoredTensor Read(int index)
    {
        SafetensorsEntry entry = header.Entries[index];
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)(entry.End - entry.Start));
        source.Read(start + entry.Start, bytes);
        return new StoredTensor(entry.Name, entry.Type, entry.Shape, bytes);
    }

    public bool TryReadInto(int index, Span<byte> target)
    {
        source.Read(start + header.Entries[index].Start, target);
        return true;
    }
}
