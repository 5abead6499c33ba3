using MLTransfer.Files;

namespace MLTransfer.Weights;

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
