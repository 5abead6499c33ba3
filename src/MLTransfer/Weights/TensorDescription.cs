namespace MLTransfer.Weights;

/// <summary>A tensor of a weights file without its numbers.</summary>
/// <param name="Name">The key under which the file holds it, such as <c>layer1.0.conv1.weight</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Shape">Its dimensions; empty for a single number.</param>
public record TensorDescription(string Name, TensorType Type, long[] Shape)
{
    /// <summary>The number of elements: the product of <see cref="Shape"/>, 1 for a single number.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>How many bytes its elements are.</summary>
    public long ByteCount => Count * Type.Size();
}
