using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>A storage, or a part of one: elements of one type somewhere in the file, not read yet.</summary>
/// <param name="Type">The type of the elements.</param>
/// <param name="Key">By what the file knows the storage.</param>
/// <param name="Count">How many elements.</param>
/// <param name="Start">The first of them, where it is a part.</param>
internal sealed record PickledStorage(TensorType Type, string Key, long Count, long Start = 0)
{
    /// <summary>
    /// More than torch.save's keys, which are numbers, ever need. Keys are looked up for every tensor: a long one would take forever.
    /// </summary>
    public const int LongestKey = 128;
}

/// <summary>A tensor: a strided view of a storage, checked to lie within it.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides) : IPickledObject
{
    // Its hooks and attributes, which loading does not need.
    public void SetState(object? state, FileErrors errors)
    {
    }
}
