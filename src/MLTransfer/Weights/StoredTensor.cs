namespace MLTransfer.Weights;

/// <summary>A tensor as a weights file holds it: its elements one after the other, last dimension fastest, little-endian.</summary>
/// <param name="Name">The key under which the file holds it, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a single number.</param>
/// <param name="Bytes">Its elements; exactly as many bytes as <paramref name="Shape"/> and <paramref name="Type"/> say. Tensors that share
/// storage in the file may share memory here.</param>
public sealed record StoredTensor(string Name, TensorType Type, long[] Shape, ReadOnlyMemory<byte> Bytes)
    : TensorDescription(Name, Type, Shape);
