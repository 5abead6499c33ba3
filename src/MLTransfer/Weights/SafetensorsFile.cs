using System.Buffers.Binary;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>What a safetensors file holds.</summary>
/// <param name="Tensors">The tensors by name, in the order of the header.</param>
/// <param name="Metadata">The free text under <c>__metadata__</c>; empty when there is none.</param>
public sealed record SafetensorsContent(IReadOnlyDictionary<string, StoredTensor> Tensors, IReadOnlyDictionary<string, string> Metadata);

/// <summary>
/// Reads and writes the safetensors format: the length of the header (8 bytes, little-endian), the header (JSON: type, shape and place of
/// each
/// tensor), the numbers.
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

    /// <summary>Reads from a stream, from its position up to the last number; what follows is left unread, except in a stream which can
    /// seek, where it must end there.</summary>
    /// <param name="stream">A stream; need not seek.</param>
    /// <param name="name">What errors call it.</param>
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

    /// <summary>Reads and checks everything before the numbers; leaves the stream where they start.</summary>
    internal static SafetensorsHeader ReadHeader(Stream stream, WeightsErrors errors)
    {
        long length = BinaryPrimitives.ReadInt64LittleEndian(ReadBytes(stream, sizeof(long), errors));
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

    /// <summary>Writes a file, beside its place first and then renamed into it.</summary>
    /// <param name="path">The file, in a folder that exists.</param>
    /// <param name="tensors">The tensors, of different names.</param>
    /// <param name="metadata">Free text to store beside them.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<StoredTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Write(stream, tensors, metadata));

    /// <summary>Writes to a stream at its position.</summary>
    /// <param name="stream">The stream; need not seek.</param>
    /// <param name="tensors">The tensors, of different names.</param>
    /// <param name="metadata">Free text to store beside them.</param>
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

    /// <summary>
    /// Whether a file that starts like this can only be meant as safetensors: a length, then the brace that opens the header.
    /// </summary>
    internal static bool LooksLike(ReadOnlySpan<byte> head) =>
        head.Length > sizeof(long) && head[sizeof(long)] == (byte)'{' && head[sizeof(long) - 1] is 0 or >= 0x40;

    // Memory grows with what is really there, never with what is announced.
    private static byte[] ReadBytes(Stream stream, int length, WeightsErrors errors)
    {
        bool isThere = stream.CanSeek && stream.Length - stream.Position >= length;
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
