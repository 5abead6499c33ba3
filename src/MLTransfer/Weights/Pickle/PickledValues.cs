namespace MLTransfer.Weights.Pickle;

// What an unpickled file is made of, besides null, bool, long, BigInteger, double, string and byte[].

internal sealed record PickledTuple(object?[] Items);

internal sealed class PickledList : List<object?>;

/// <summary>A dictionary as its pairs in order; nothing is looked up before the whole file is read.</summary>
internal sealed class PickledDictionary : List<KeyValuePair<object?, object?>>;

/// <summary>A storage: elements of one type in an entry of the file, not read yet.</summary>
internal sealed record PickledStorage(TensorType Type, string Key, long Count);

/// <summary>A tensor: a strided view of a storage, checked to lie within it.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>A function of the list of allowed globals: what REDUCE may call.</summary>
internal delegate object PickledFunction(ReadOnlySpan<object?> arguments, WeightsErrors errors);
