using System.Security.Cryptography;
using System.Text;
using MLTransfer.Files;

namespace MLTransfer.Features;

/// <summary>
/// Keeps the features of images on disk. They cannot be stale: features are found by the hash of the image's content, in a folder named by
/// the hash of everything else they depend on, and a file that does not agree with its checksum is never used.
/// </summary>
/// <remarks>Several processes may use one folder at once: each writes shards of its own. Safe for use from several threads.</remarks>
internal sealed class FeatureCache : IDisposable
{
    private const string DescriptionFile = "extractor.txt";
    private readonly Lock _lock = new();
    private readonly byte[] _extractor;
    private readonly List<string> _warnings = [];
    private readonly StoredFeatures _stored;
    private PendingFeatures _pending = new();

    private FeatureCache(string folder, byte[] extractor, int width, CancellationToken cancellation)
    {
        Folder = folder;
        Width = width;
        _extractor = extractor;
        _stored = new StoredFeatures(folder, extractor, width, _warnings, cancellation);
    }

    /// <summary>The folder of this extractor's files.</summary>
    public string Folder { get; }

    /// <summary>The width of the features.</summary>
    public int Width { get; }

    /// <summary>The number of images with features here, flushed or not.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _stored.Count + _pending.Count;
        }
    }

    /// <summary>The files that were found but are not used, each with the reason.</summary>
    public IReadOnlyList<string> Warnings
    {
        get
        {
            lock (_lock)
                return [.. _warnings];
        }
    }

    /// <summary>Opens the cache of one extractor, created if it is missing. All of its files are read to verify them.</summary>
    /// <param name="folder">The folder that holds the caches of all extractors.</param>
    /// <param name="extractorDescription">Everything that features depend on besides the image: backbone, hash of the weights,
    /// preprocessing, precision, version. Two descriptions that differ anywhere never share features.</param>
    /// <param name="width">The width of the features.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="IOException">The folder cannot be created or written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellation"/> was canceled.</exception>
    public static FeatureCache Open(string folder, string extractorDescription, int width, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(extractorDescription);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        byte[] extractor = SHA256.HashData(Encoding.UTF8.GetBytes(extractorDescription));
        string own = Path.Combine(folder, Convert.ToHexStringLower(extractor));
        try
        {
            Directory.CreateDirectory(own);
            // Written each time: a folder that cannot be written fails now, not after the features were computed.
            AtomicFile.Write(Path.Combine(own, DescriptionFile), stream => stream.Write(Encoding.UTF8.GetBytes(extractorDescription)));
            return new FeatureCache(own, extractor, width, cancellation);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The feature cache '{folder}' cannot be used: {exception.Message} Choose another folder, or none.",
                exception);
        }
    }

    /// <summary>Looks up the features of an image.</summary>
    /// <param name="contentHash">SHA-256 of the image's content, 32 bytes.</param>
    /// <param name="features">Receives the features, <see cref="Width"/> numbers.</param>
    /// <returns>Whether they were there.</returns>
    public bool TryGet(ReadOnlySpan<byte> contentHash, Span<float> features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Length, Width);
        var key = ContentKey.From(contentHash);
        lock (_lock)
            return _pending.TryGet(key, features) || _stored.TryGet(key, features);
    }

    /// <summary>
    /// Finds features by content hash among those that are written now; null for others. What is added later is not found: whether it was
    /// in time would depend on the speed of threads.
    /// </summary>
    public Func<byte[], float[]?> Finder()
    {
        int shards;
        lock (_lock)
            shards = _stored.Shards;
        return contentHash =>
        {
            float[] features = new float[Width];
            lock (_lock)
                return _stored.TryGet(ContentKey.From(contentHash), features, shards) ? features : null;
        };
    }

    /// <summary>The features of an image; null where they are not here, or the image could not be read.</summary>
    /// <param name="contentHash">SHA-256 of the image's content; null for an unreadable image.</param>
    public float[]? Find(byte[]? contentHash)
    {
        float[] features = new float[Width];
        return contentHash is not null && TryGet(contentHash, features) ? features : null;
    }

    /// <summary>Adds the features of an image; the next <see cref="Flush"/> writes them.</summary>
    /// <param name="contentHash">SHA-256 of the image's content, 32 bytes.</param>
    /// <param name="features">The features, <see cref="Width"/> numbers.</param>
    public void Add(ReadOnlySpan<byte> contentHash, ReadOnlySpan<float> features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Length, Width);
        var key = ContentKey.From(contentHash);
        lock (_lock)
        {
            if (!_stored.Contains(key))
                _pending.Add(key, features);
        }
    }

    /// <summary>Writes the features added since the last time as one new file, completely or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; the features are kept in memory.</exception>
    public void Flush()
    {
        lock (_lock)
        {
            if (_pending.Count == 0)
                return;
            string path = Path.Combine(Folder, FeatureShard.NewName());
            AtomicFile.Write(path, stream => FeatureShard.Write(stream, _extractor, Width, _pending));
            _stored.Add(path, _pending.Keys);
            _pending = new PendingFeatures();
        }
    }

    /// <summary>Why features are no longer written, only kept in memory; null while they are written.</summary>
    public string? LostBecause { get; private set; }

    /// <summary>As <see cref="Flush"/>, but a full disk does not lose the computed features: it becomes a warning.</summary>
    public void TryFlush()
    {
        if (LostBecause is not null)
            return;
        try
        {
            Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LostBecause = $"The feature cache '{Folder}' cannot be written any more: {exception.Message}";
            lock (_lock)
                _warnings.Add(LostBecause);
        }
    }

    /// <summary>Closes the files; features that were not flushed are lost.</summary>
    public void Dispose() => _stored.Dispose();
}

/// <summary>Features that are not on disk yet, in the order in which they were added.</summary>
internal sealed class PendingFeatures
{
    private readonly OrderedDictionary<ContentKey, float[]> _features = [];

    public int Count => _features.Count;

    public IReadOnlyList<ContentKey> Keys => _features.Keys;

    public IReadOnlyList<float[]> Rows => _features.Values;

    public bool TryGet(ContentKey key, Span<float> features)
    {
        if (!_features.TryGetValue(key, out float[]? found))
            return false;
        found.CopyTo(features);
        return true;
    }

    public void Add(ContentKey key, ReadOnlySpan<float> features) => _features.TryAdd(key, features.ToArray());
}
