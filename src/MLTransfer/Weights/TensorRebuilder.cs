using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>What <c>torch._utils</c> does with a tensor's pickled parts, with every number checked against the storage.</summary>
internal static class TensorRebuilder
{
    private const int MaximumDimensions = 16;

    /// <summary>
    /// _rebuild_tensor(storage, storage_offset, size, stride), and _rebuild_tensor_v2, whose further arguments only matter for training.
    /// </summary>
    public static object Tensor(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledStorage storage, long offset, PickledTuple size, PickledTuple stride, ..]
            ? View(storage, offset, Numbers(size, errors), Numbers(stride, errors), errors)
            : throw errors.Damaged("its pickle makes a tensor of something other than storage, offset, size and strides");

    /// <summary>
    /// _rebuild_tensor_v3(storage, storage_offset, size, stride, requires_grad, backward_hooks, dtype): the storage is of bytes.
    /// </summary>
    public static object TypedTensor(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors)
    {
        if (arguments is not [PickledStorage bytes, long offset, PickledTuple size, PickledTuple stride, _, _, TensorType type, ..])
            throw errors.Damaged("its pickle makes a tensor of something other than storage, offset, size, strides and type");
        int width = type.Size() / bytes.Type.Size();
        if (width == 0 || bytes.Start % width != 0)
            throw errors.Damaged("a tensor's elements are not aligned in its storage");
        PickledStorage storage = bytes with { Type = type, Count = bytes.Count / width, Start = bytes.Start / width };
        return View(storage, offset, Numbers(size, errors), Numbers(stride, errors), errors);
    }

    /// <summary>
    /// _rebuild_parameter(data, requires_grad, backward_hooks), with or without state, and Parameter(data, requires_grad) itself.
    /// </summary>
    public static object Parameter(ReadOnlySpan<object?> arguments, ReadBudget budget, FileErrors errors) =>
        arguments is [PickledTensor tensor, ..] ? tensor
            : throw errors.Damaged("its pickle makes a parameter of something that is not a tensor");

    private static PickledTensor View(PickledStorage storage, long offset, long[] shape, long[] strides, FileErrors errors)
    {
        if (shape.Length != strides.Length)
            throw errors.Damaged($"a tensor has {shape.Length} dimensions and {strides.Length} strides");
        if (LiesWithin(storage.Count, offset, shape, strides))
            return new PickledTensor(storage, offset, shape, strides);
        throw errors.Damaged($"a tensor of shape ({string.Join(", ", shape)}), strides ({string.Join(", ", strides)}) from element "
            + $"{offset} on "
            + $"reaches outside its storage of {storage.Count} elements");
    }

    private static bool LiesWithin(long count, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || offset > count)
            return false;
        bool isEmpty = shape.AsSpan().Contains(0);
        Int128 last = offset;
        for (int dimension = 0; dimension < shape.Length; dimension++)
        {
            if (shape[dimension] < 0 || strides[dimension] < 0)
                return false;
            last += (Int128)(shape[dimension] - 1) * strides[dimension];
        }
        return isEmpty || last < count;
    }

    private static long[] Numbers(PickledTuple tuple, FileErrors errors) => tuple.Items.Length > MaximumDimensions
        ? throw errors.Damaged($"a tensor has {tuple.Items.Length} dimensions")
        : Array.ConvertAll(tuple.Items,
        item => item is long number ? number : throw errors.Damaged("a tensor's shape is not made of integers"));
}
