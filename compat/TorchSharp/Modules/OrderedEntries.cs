namespace TorchSharp;

/// <summary>Named things in the order they were first named.</summary>
internal sealed class OrderedEntries<T>
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);

    internal T this[string name]
    {
        get => _values[name];
        set
        {
            if (!_values.ContainsKey(name))
                _names.Add(name);
            _values[name] = value;
        }
    }

    internal bool Contains(string name) => _values.ContainsKey(name);

    internal bool TryAdd(string name, T value)
    {
        if (!_values.TryAdd(name, value))
            return false;
        _names.Add(name);
        return true;
    }

    internal bool TryGet(string name, out T value) => _values.TryGetValue(name, out value!);

    internal void Remove(string name)
    {
        if (_values.Remove(name))
            _names.Remove(name);
    }

    /// <summary>A snapshot, so that entries can be replaced while it is walked.</summary>
    internal IReadOnlyList<(string Name, T Value)> ToList() => [.. _names.Select(name => (name, _values[name]))];
}
