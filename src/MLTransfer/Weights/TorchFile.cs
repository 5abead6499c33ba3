using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>
/// Reads what torch.save writes since PyTorch 1.6: a zip file with a pickle, <c>data.pkl</c>, and a file of raw values for each storage.
/// </summary>
internal static class TorchZip
{
    internal const int MaximumPickle = 8 << 20;
    private const string PickleName = "data.pkl";

    /// <exception cref="WeightsException">The file is not what torch.save writes, or asks for more than tensors and containers.</exception>
    public static IWeightsContent Open(Stream file, WeightsErrors errors)
    {
        var source = new ByteSource(file, errors);
        var budget = new ReadBudget(source.Length, errors);
        var entries = new ZipEntries(source, budget, errors);
        string folder = FindFolder(entries, errors);
        long length = entries.Length(folder + PickleName);
        if (length > MaximumPickle)
            throw errors.Refused($"its {PickleName} has {length} bytes; those of the largest models have a few hundred thousand");
        budget.Take(PickleCost.ForText(length), "its pickle");
        var storages = new ZipStorages(entries, folder + "data/", errors);
        object? content = new Unpickler(
            new PickleReader(entries.Read(folder + PickleName), errors), TorchGlobals.Allowed, storages.Find, budget, errors).Read();
        return new TorchContent("torch.save, zip", content, storages, budget, errors);
    }

    private static string FindFolder(ZipEntries entries, WeightsErrors errors)
    {
        string? pickle = entries.Names.FirstOrDefault(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal));
        if (pickle is null)
            throw errors.UnknownFormat($"it is a zip file without {PickleName}");
        string folder = pickle[..^PickleName.Length];
        if (entries.Length(folder + "constants.pkl") >= 0)
            throw errors.TorchScript();
        if (entries.Length(folder + "byteorder") is >= 0 and <= 16
            && !entries.Read(folder + "byteorder").AsSpan().SequenceEqual("little"u8))
            throw errors.Damaged("its numbers are not little-endian");
        return folder;
    }
}

/// <summary>The storages of a file in torch.save's zip format: an entry each, named by its key.</summary>
internal sealed class ZipStorages(ZipEntries entries, string folder, WeightsErrors errors) : IStorages
{
    private readonly Dictionary<string, byte[]> _read = new(StringComparer.Ordinal);

    // A persistent id is ('storage', storage class, key, device, number of elements).
    public PickledStorage Find(object? id)
    {
        if (id is not PickledTuple { Items: ["storage", TensorType type, string key, string, long count, ..] }
            || key.Length > PickledStorage.LongestKey)
            throw errors.Damaged("its pickle refers to a storage in an unknown way");
        long length = entries.Length(folder + key);
        if (length < 0)
            throw errors.Damaged($"its pickle refers to the storage '{key}', which is not in it");
        if (count < 0 || count != length / type.Size() || length % type.Size() != 0)
            throw errors.Damaged($"its pickle says that the storage '{key}' has {count} elements of {type}; its entry has {length} bytes");
        return new PickledStorage(type, key, count);
    }

    public byte[] Read(PickledStorage storage) => _read.TryGetValue(storage.Key, out byte[]? bytes)
        ? bytes
        : _read[storage.Key] = entries.Read(folder + storage.Key);

    public bool TryReadInto(PickledStorage storage, Span<byte> target)
    {
        if (entries.Length(folder + storage.Key) != target.Length)
            return false;
        entries.Read(folder + storage.Key, target);
        return true;
    }
}

/// <summary>
/// Reads what torch.save wrote before PyTorch 1.6, and still writes on request: five pickles (magic number, version of the format, the
/// writer's machine, the content, the keys of the storages), then the storages.
/// </summary>
internal static class TorchLegacy
{
    private const long Version = 1001;
    private static readonly BigInteger Magic =
        BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    /// <exception cref="WeightsException">The file is not what torch.save writes, or asks for more than tensors and containers.</exception>
    public static IWeightsContent Open(Stream stream, WeightsErrors errors)
    {
        var source = new ByteSource(stream, errors);
        var budget = new ReadBudget(source.Length, errors);
        var storages = new LegacyStorages(source, budget, errors);
        byte[] head = new byte[budget.Take(Math.Min(source.Length, TorchZip.MaximumPickle), "its pickle")];
        source.Read(0, head);
        var reader = new PickleReader(head, errors, isWindow: source.Length > head.Length);
        budget.Take(PickleCost.ForText(head.Length), "its pickle");
        CheckPreamble(Next, errors);
        object? content = new Unpickler(reader, TorchGlobals.Allowed, storages.Find, budget, errors).Read();
        storages.Locate(Next(), reader.Position);
        return new TorchContent("torch.save, legacy", content, storages, budget, errors);

        object? Next() => new Unpickler(reader, TorchGlobals.Allowed, NoStorage, budget, errors).Read();
        PickledStorage NoStorage(object? id) => throw errors.Damaged("a pickle that has no tensors refers to a storage");
    }

    private static void CheckPreamble(Func<object?> next, WeightsErrors errors)
    {
        if (next() is not BigInteger magic || magic != Magic)
            throw errors.UnknownFormat("it is a Python pickle, but not one of torch.save");
        if (next() is not Version)
            throw errors.Damaged($"it is in another version of the legacy torch.save format than {Version}");
        bool isLittleEndian = next() is PickledDictionary machine
            && machine.Any(item => item is { Key: "little_endian", Value: true });
        if (!isLittleEndian)
            throw errors.Damaged("its numbers are not little-endian");
    }
}

/// <summary>
/// The storages of a file in torch.save's legacy format: in the order of their keys, each a count (8 bytes) and its elements.
/// </summary>
internal sealed class LegacyStorages(ByteSource source, ReadBudget budget, WeightsErrors errors) : IStorages
{
    private readonly Dictionary<string, PickledStorage> _roots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// Resolves a persistent id: ('storage', storage class, key, device, number of elements, view), where the view is None or (its key,
    /// first element, number of elements).
    /// </summary>
    public PickledStorage Find(object? id)
    {
        if (id is not PickledTuple { Items: ["storage", TensorType type, string key, string, long count, var view] } || count < 0
            || key.Length > PickledStorage.LongestKey)
            throw errors.Damaged("its pickle refers to a storage in an unknown way");
        var root = new PickledStorage(type, key, count);
        if (!_roots.TryAdd(key, root) && _roots[key] != root)
            throw errors.Damaged($"its pickle describes the storage '{key}' in two ways");
        return view switch
        {
            null => root,
            PickledTuple { Items: [string, long start, long length] } when start >= 0 && length >= 0 && start <= count - length =>
                root with { Start = start, Count = length },
            _ => throw errors.Damaged($"a part of the storage '{key}' reaches outside it"),
        };
    }

    /// <summary>
    /// Finds the offset of each storage, from the list of keys that follows the pickle and the counts before the elements.
    /// </summary>
    public void Locate(object? keys, long position)
    {
        if (keys is not PickledList list)
            throw errors.Damaged("the list of its storages is not a list");
        Span<byte> count = stackalloc byte[sizeof(long)];
        foreach (object? item in list)
        {
            if (item is not string key || !_roots.TryGetValue(key, out PickledStorage? storage)
                || !_places.TryAdd(key, position + sizeof(long)))
                throw errors.Damaged($"the list of its storages names '{item as string ?? "something that is not text"}', which the "
                    + $"pickle does not refer to, or twice");
            if (source.Length - position < sizeof(long))
                throw errors.CutShort($"it ends before its storage '{key}'");
            source.Read(position, count);
            if (BinaryPrimitives.ReadInt64LittleEndian(count) is var found && found != storage.Count)
                throw errors.Damaged($"its storage '{key}' has {found} elements; its pickle says {storage.Count}");
            Int128 end = position + sizeof(long) + ((Int128)storage.Count * storage.Type.Size());
            if (end > source.Length)
                throw errors.CutShort($"its storage '{key}' ends {end - source.Length} bytes after the end of the file");
            position = (long)end;
        }
        if (_roots.Keys.FirstOrDefault(key => !_places.ContainsKey(key)) is { } missing)
            throw errors.Damaged($"its pickle refers to the storage '{missing}', which is not in it");
        if (position != source.Length)
            throw errors.Damaged($"{source.Length - position} bytes follow its last storage");
    }

    public byte[] Read(PickledStorage storage)
    {
        if (_read.TryGetValue(storage.Key, out byte[]? bytes))
            return bytes;
        bytes = GC.AllocateUninitializedArray<byte>(budget.Take(Length(storage.Key), $"its storage '{storage.Key}'"));
        source.Read(_places[storage.Key], bytes);
        return _read[storage.Key] = bytes;
    }

    public bool TryReadInto(PickledStorage storage, Span<byte> target)
    {
        if (Length(storage.Key) != target.Length)
            return false;
        source.Read(_places[storage.Key], target);
        return true;
    }

    // A view may have another type than its storage, and then another number of elements.
    private Int128 Length(string key) => (Int128)_roots[key].Count * _roots[key].Type.Size();
}

/// <summary>The storages of a file of torch.save: the raw values that its pickle refers to.</summary>
internal interface IStorages
{
    /// <summary>Resolves a persistent id, by which the pickle refers to a storage.</summary>
    /// <exception cref="WeightsException">There is no such storage, or it is not as the pickle describes it.</exception>
    PickledStorage Find(object? id);

    /// <summary>All bytes of a storage; read once and kept, because tensors share them.</summary>
    /// <exception cref="WeightsException">They are damaged, or would take more memory than is left.</exception>
    byte[] Read(PickledStorage storage);

    /// <summary>Reads all bytes of a storage into memory of the caller.</summary>
    /// <returns>Whether <paramref name="target"/> is as long as the storage; otherwise nothing is read.</returns>
    /// <exception cref="WeightsException">They are damaged.</exception>
    bool TryReadInto(PickledStorage storage, Span<byte> target);
}
