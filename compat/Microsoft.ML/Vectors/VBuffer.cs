using System.Collections;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

/// <summary>A vector of <typeparamref name="T"/>, dense or sparse, whose arrays may be longer than it and are filled again by the next row.</summary>
public readonly partial struct VBuffer<T> : IEnumerable
{
    private readonly T[] _values;
    private readonly int[] _indices;
    private readonly int _count;

    public readonly int Length;

    public VBuffer(int length, T[] values, int[] indices = null)
    {
        Contracts.CheckParam(length >= 0, nameof(length));
        Contracts.CheckParam((values?.Length ?? 0) >= length, nameof(values));
        Length = length;
        _count = length;
        _values = values;
        _indices = indices;
    }

    public VBuffer(int length, int count, T[] values, int[] indices)
    {
        Contracts.CheckParam(length >= 0, nameof(length));
        Contracts.CheckParam(count >= 0 && count <= length, nameof(count));
        Contracts.CheckParam((values?.Length ?? 0) >= count, nameof(values));
        Contracts.CheckParam(count == length || (indices?.Length ?? 0) >= count, nameof(indices));
        Length = length;
        _count = count;
        _values = values;
        _indices = indices;
    }

    public bool IsDense => _count == Length;

    public ReadOnlySpan<T> GetValues() => _values.AsSpan(0, _count);

    public ReadOnlySpan<int> GetIndices() => IsDense ? default : _indices.AsSpan(0, _count);

    public void GetItemOrDefault(int index, ref T destination) => destination = GetItemOrDefault(index);

    public T GetItemOrDefault(int index)
    {
        Contracts.CheckParam(index >= 0 && index < Length, nameof(index));
        if (IsDense)
            return _values[index];
        int place = GetIndices().BinarySearch(index);
        return place >= 0 ? _values[place] : default;
    }

    public IEnumerable<KeyValuePair<int, T>> Items(bool all = false)
    {
        VBuffer<T> self = this;
        if (IsDense)
            return Enumerable.Range(0, Length).Select(slot => KeyValuePair.Create(slot, self._values[slot]));
        return all
            ? DenseValues().Select((value, slot) => KeyValuePair.Create(slot, value))
            : Enumerable.Range(0, _count).Select(place => KeyValuePair.Create(self._indices[place], self._values[place]));
    }

    public IEnumerable<T> DenseValues()
    {
        int place = 0;
        for (int slot = 0; slot < Length; slot++)
        {
            bool isExplicit = place < _count && (IsDense || _indices[place] == slot);
            yield return isExplicit ? _values[place++] : default;
        }
    }

    public IEnumerator GetEnumerator() => _values.GetEnumerator();

    public override string ToString() =>
        IsDense ? $"Dense vector of size {Length}" : $"Sparse vector of size {Length}, {_count} explicit values";

    internal VBufferEditor<T> Edit(int newLogicalLength, int? valuesCount, int? maxValuesCapacity, bool keepOldOnResize, bool requireIndicesOnDense)
    {
        Contracts.CheckParam(newLogicalLength >= 0, nameof(newLogicalLength), "Must be non-negative.");
        Contracts.CheckParam(valuesCount is null or >= 0, nameof(valuesCount), "If specified, must be non-negative.");
        Contracts.CheckParam(valuesCount is null || valuesCount <= newLogicalLength, nameof(valuesCount), $"If specified, must be no greater than {nameof(newLogicalLength)}");
        int count = valuesCount ?? newLogicalLength;
        bool indexed = requireIndicesOnDense || count != newLogicalLength;
        T[] values = Room(_values, count, maxValuesCapacity, keepOldOnResize, out bool newValues);
        bool newIndices = false;
        int[] indices = indexed ? Room(_indices, count, maxValuesCapacity, keepOldOnResize, out newIndices) : _indices;
        return new VBufferEditor<T>(newLogicalLength, count, values, indices, newValues, newIndices, indexed);
    }

    private static TItem[] Room<TItem>(TItem[] existing, int count, int? capacity, bool keep, out bool created)
    {
        created = count > 0 && (existing is null || existing.Length < count);
        if (!created)
            return existing;
        int wanted = Math.Max(count, Math.Min((existing?.Length ?? 0) * 2, capacity ?? Array.MaxLength));
        var room = new TItem[wanted];
        if (keep)
            existing?.CopyTo(room, 0);
        return room;
    }
}
