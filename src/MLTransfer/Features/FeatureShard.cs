using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace MLTransfer.Features;

/// <summary>
/// One file of features, never changed once it is written: a header (magic, width, count, hash of the extractor), the content hashes, the
/// features (float32, little-endian), and the SHA-256 of everything before.
/// </summary>
internal static class FeatureShard
{
    public const string Extension = ".features";
    private const int MagicLength = 8;
    private const int HeaderLength = MagicLength + (2 * sizeof(int)) + SHA256.HashSizeInBytes;
    private const int Chunk = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "MLTFEAT1"u8;

    /// <summary>A unique file name.</summary>
    public static string NewName() => $"{Guid.NewGuid():N}{Extension}";

    /// <summary>The offset of the features of one image, in a shard of <paramref name="count"/> images.</summary>
    public static long Offset(int count, int width, int row) =>
        HeaderLength + ((long)count * ContentKey.Size) + ((long)row * width * sizeof(float));

    public static void Write(Stream stream, byte[] extractor, int width, PendingFeatures features)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Put(Header(width, features.Count, extractor));
        foreach (ContentKey key in features.Keys)
            Put(MemoryMarshal.AsBytes([key]));
        foreach (float[] row in features.Rows)
            Put(MemoryMarshal.AsBytes(row.AsSpan()));
        stream.Write(hash.GetHashAndReset());

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>Reads the content hashes of a shard after verifying all of it, a chunk at a time.</summary>
    /// <exception cref="InvalidDataException">It is not a shard of this extractor, or damaged; the message says how.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled; the rest is not read.</exception>
    public static ContentKey[] ReadKeys(Stream file, byte[] extractor, int width, CancellationToken cancellation)
    {
        byte[] header = new byte[HeaderLength];
        file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        int count = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(MagicLength + sizeof(int)));
        if (!header.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("it is not a file of features");
        if (!header.AsSpan().SequenceEqual(Header(width, count, extractor)))
            throw new InvalidDataException("it belongs to another extractor");
        if (count < 0 || file.Length != Offset(count, width, count) + SHA256.HashSizeInBytes)
            throw new InvalidDataException("it is cut short or damaged");
        var keys = new ContentKey[count];
        Span<byte> keyBytes = MemoryMarshal.AsBytes(keys.AsSpan());
        file.ReadExactly(keyBytes);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(header);
        hash.AppendData(keyBytes);
        return HasGoodChecksum(file, hash, cancellation) ? keys : throw new InvalidDataException("it does not agree with its checksum");
    }

    private static byte[] Header(int width, int count, ReadOnlySpan<byte> extractor)
    {
        byte[] header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(MagicLength), width);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(MagicLength + sizeof(int)), count);
        extractor.CopyTo(header.AsSpan(MagicLength + (2 * sizeof(int))));
        return header;
    }

    private static bool HasGoodChecksum(Stream file, IncrementalHash hash, CancellationToken cancellation)
    {
        long end = file.Length - SHA256.HashSizeInBytes;
        byte[] buffer = new byte[(int)Math.Min(Chunk, file.Length - file.Position)];
        while (file.Position < end)
        {
            cancellation.ThrowIfCancellationRequested();
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - file.Position));
            file.ReadExactly(part);
            hash.AppendData(part);
        }
        file.ReadExactly(buffer.AsSpan(0, SHA256.HashSizeInBytes));
        return hash.GetHashAndReset().AsSpan().SequenceEqual(buffer.AsSpan(0, SHA256.HashSizeInBytes));
    }
}

/// <summary>Finds features in the shards of one folder. Only the content hashes are in memory; features are read on demand.</summary>
internal sealed class StoredFeatures : IDisposable
{
    private readonly int _width;
    private readonly List<string> _warnings;
    private readonly List<(string Path, int Count)> _shards = [];
    private readonly Dictionary<ContentKey, (int Shard, int Row)> _places = [];
    private SafeFileHandle? _open;
    private int _openShard = -1;

    /// <param name="folder">The folder; unusable shards in it are ignored.</param>
    /// <param name="extractor">The hash that the shards must carry.</param>
    /// <param name="width">The width of the features.</param>
    /// <param name="warnings">Receives a line for each file that is not used.</param>
    /// <param name="cancellation">Stops reading.</param>
    public StoredFeatures(string folder, byte[] extractor, int width, List<string> warnings, CancellationToken cancellation)
    {
        _width = width;
        _warnings = warnings;
        foreach (string path in Directory.EnumerateFiles(folder, "*" + FeatureShard.Extension).Order(StringComparer.Ordinal))
        {
            try
            {
                using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1);
                Add(path, FeatureShard.ReadKeys(file, extractor, width, cancellation));
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                Warn(path, exception);
            }
        }
    }

    public int Count => _places.Count;

    /// <summary>The number of shards.</summary>
    public int Shards => _shards.Count;

    public bool Contains(ContentKey key) => _places.ContainsKey(key);

    /// <summary>Adds a shard to the index.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="keys">The content hashes of its images, in order.</param>
    public void Add(string path, IReadOnlyList<ContentKey> keys)
    {
        for (int row = 0; row < keys.Count; row++)
            _places.TryAdd(keys[row], (_shards.Count, row));
        _shards.Add((path, keys.Count));
    }

    /// <summary>Looks up the features of an image.</summary>
    /// <param name="key">Its content hash.</param>
    /// <param name="features">Receives them.</param>
    /// <param name="shards">In so many shards, those added first.</param>
    public bool TryGet(ContentKey key, Span<float> features, int shards = int.MaxValue)
    {
        if (!_places.TryGetValue(key, out (int Shard, int Row) place) || place.Shard >= shards)
            return false;
        try
        {
            Span<byte> bytes = MemoryMarshal.AsBytes(features);
            return RandomAccess.Read(Open(place.Shard), bytes,
                FeatureShard.Offset(_shards[place.Shard].Count, _width, place.Row)) == bytes.Length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file was removed, or must not be read: its features are computed again.
            Warn(_shards[place.Shard].Path, exception);
            _places.Remove(key);
            return false;
        }
    }

    public void Dispose() => _open?.Dispose();

    // Images mostly come in the order in which they were stored: one open file at a time is enough for any number of shards.
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

/// <summary>The SHA-256 of an image's content, as a key of dictionaries.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct ContentKey(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    public static ContentKey From(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, Size, nameof(hash));
        return MemoryMarshal.Read<ContentKey>(hash);
    }
}
