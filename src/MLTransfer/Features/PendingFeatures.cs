namespace MLTransfer.Features;

/// <summary>Features that are not on disk yet, in the order they came.</summary>
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
