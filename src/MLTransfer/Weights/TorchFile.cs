using MLTransfer.Weights.Pickle;

namespace MLTransfer.Weights;

/// <summary>Reads what torch.save writes since PyTorch 1.6: a zip file with a pickle, <c>data.pkl</c>, and a file of raw numbers for each storage.</summary>
internal sealed class TorchFile
{
    private const int MaximumPickle = 8 << 20;
    private const string PickleName = "data.pkl";
    private readonly ZipEntries _entries;
    private readonly WeightsErrors _errors;
    private readonly string _folder;
    private readonly Dictionary<string, byte[]> _storages = new(StringComparer.Ordinal);

    private TorchFile(ZipEntries entries, WeightsErrors errors)
    {
        _entries = entries;
        _errors = errors;
        _folder = FindFolder();
    }

    /// <exception cref="WeightsException">The file is not what torch.save writes, or asks for more than tensors and containers.</exception>
    public static IReadOnlyDictionary<string, StoredTensor> Read(Stream file, WeightsErrors errors)
    {
        using var entries = new ZipEntries(file, errors);
        return new TorchFile(entries, errors).ReadStateDict();
    }

    private OrderedDictionary<string, StoredTensor> ReadStateDict()
    {
        if (_entries.Length(_folder + PickleName) is var length and > MaximumPickle)
            throw _errors.TooLarge($"its {PickleName} has {length} bytes; those of the largest models have a few hundred thousand");
        object? content = new Unpickler(_entries.Read(_folder + PickleName), FindStorage, _errors).Read();
        var tensors = new OrderedDictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((string name, PickledTensor tensor) in StateDictFinder.Find(content, _errors))
            tensors[name] = new StoredTensor(name, tensor.Storage.Type, tensor.Shape, StridedView.Contiguous(tensor, ReadStorage(tensor), _entries.Budget));
        return tensors;
    }

    // A persistent id is ('storage', storage class, key, device, number of elements).
    private PickledStorage FindStorage(object? id)
    {
        if (id is not PickledTuple { Items: ["storage", TensorType type, string key, string, long count, ..] })
            throw _errors.Damaged("its pickle refers to a storage in an unknown way");
        long length = _entries.Length(StorageName(key));
        if (length < 0)
            throw _errors.Damaged($"its pickle refers to the storage '{key}', which is not in it");
        if (count < 0 || count != length / type.Size() || length % type.Size() != 0)
            throw _errors.Damaged($"its pickle says that the storage '{key}' has {count} elements of {type}; its entry has {length} bytes");
        return new PickledStorage(type, key, count);
    }

    private byte[] ReadStorage(PickledTensor tensor)
    {
        string key = tensor.Storage.Key;
        return _storages.TryGetValue(key, out byte[]? bytes) ? bytes : _storages[key] = _entries.Read(StorageName(key));
    }

    private string StorageName(string key) => $"{_folder}data/{key}";

    private string FindFolder()
    {
        string? pickle = _entries.Names.FirstOrDefault(name => name.EndsWith("/" + PickleName, StringComparison.Ordinal));
        if (pickle is null)
            throw _errors.UnknownFormat($"it is a zip file without {PickleName}");
        string folder = pickle[..^PickleName.Length];
        if (_entries.Length(folder + "constants.pkl") >= 0)
            throw _errors.TorchScript();
        if (_entries.Length(folder + "byteorder") is >= 0 and <= 16 && !_entries.Read(folder + "byteorder").AsSpan().SequenceEqual("little"u8))
            throw _errors.Damaged("its numbers are not little-endian");
        return folder;
    }
}
