using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Features;

/// <summary>Finds features in the shards of one folder. Only the content hashes are in memory; features are read when asked for.</summary>
internal sealed class StoredFeatures : IDisposable
{
    private readonly int _width;
    private readonly List<string> _warnings;
    private readonly List<(string Path, int Count)> _shards = [];
    private readonly Dictionary<ContentKey, (int Shard, int Row)> _places = [];
    private SafeFileHandle? _open;
    private int _openShard = -1;

    /// <param name="folder">The folder; shards in it that cannot be used are left alone.</param>
    /// <param name="extractor">The hash that the shards must carry.</param>
    /// <param name="width">Numbers in the features of one image.</param>
    /// <param name="warnings">Receives a line for each file that is not used.</param>
    public StoredFeatures(string folder, byte[] extractor, int width, List<string> warnings)
    {
        _width = width;
        _warnings = warnings;
        foreach (string path in Directory.EnumerateFiles(folder, "*" + FeatureShard.Extension).Order(StringComparer.Ordinal))
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
                Add(path, FeatureShard.ReadKeys(file, extractor, width));
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                Warn(path, exception);
            }
        }
    }

    public int Count => _places.Count;

    public bool Contains(ContentKey key) => _places.ContainsKey(key);

    /// <summary>Makes the features of a shard, whose images are these, findable.</summary>
    public void Add(string path, IReadOnlyList<ContentKey> keys)
    {
        for (int row = 0; row < keys.Count; row++)
            _places.TryAdd(keys[row], (_shards.Count, row));
        _shards.Add((path, keys.Count));
    }

    public bool TryGet(ContentKey key, Span<float> features)
    {
        if (!_places.TryGetValue(key, out (int Shard, int Row) place))
            return false;
        try
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(features);
            return RandomAccess.Read(Open(place.Shard), bytes,
                FeatureShard.Offset(_shards[place.Shard].Count, _width, place.Row)) == bytes.Length;
        }
        catch (IOException exception)
        {
            // Somebody removed the file: what it held is to be computed again.
            Warn(_shards[place.Shard].Path, exception);
            _places.Remove(key);
            return false;
        }
    }

    public void Dispose() => _open?.Dispose();

    // Images come in the order in which they were stored, mostly: one open file at a time is enough, however many shards there are.
    private SafeFileHandle Open(int shard)
    {
        if (shard != _openShard)
        {
            _open?.Dispose();
            _openShard = -1;
            _open = File.OpenHandle(_shards[shard].Path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            _openShard = shard;
        }
        return _open!;
    }

    private void Warn(string path, Exception exception) =>
        _warnings.Add($"The feature cache file '{path}' is not used: {exception.Message.TrimEnd('.')}.");
}
