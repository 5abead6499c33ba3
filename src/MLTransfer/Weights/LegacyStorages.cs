using System.Buffers.Binary;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>
/// The storages of a file in torch.save's legacy format: in the order of their keys, each a count (8 bytes) and its elements.
/// </summary>
internal sealed class LegacyStorages(ByteSource source, ReadBudget budget, WeightsErrors errors) : IStorages
{
    private readonly Dictionary<string, PickledStorage> _roots = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// What a persistent id stands for: ('storage', storage class, key, device, number of elements, view), where the view is None or
    /// (its key, first element, number of elements).
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
    /// Finds the place of each storage, from the list of keys that follows the pickle and the counts before the elements.
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
                throw errors.CutShort($"its storage '{key}' ends {end - source.Length} bytes behind it");
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

    // A view may have another type than its storage, and then counts other elements.
    private Int128 Length(string key) => (Int128)_roots[key].Count * _roots[key].Type.Size();
}
