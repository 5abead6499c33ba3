namespace MLTransfer.Weights.Pickle;

/// <summary>What <c>torch._utils</c> does with a tensor's pickled parts, with every number checked against the storage.</summary>
internal static class TensorRebuilder
{
    private const int MaximumDimensions = 16;

    /// <summary>_rebuild_tensor_v2(storage, storage_offset, size, stride, requires_grad, backward_hooks).</summary>
    public static object Tensor(ReadOnlySpan<object?> arguments, WeightsErrors errors)
    {
        if (arguments is not [PickledStorage storage, long offset, PickledTuple size, PickledTuple stride, bool, ..])
            throw errors.Damaged("its pickle makes a tensor of something other than storage, offset, size and strides");
        long[] shape = Numbers(size, errors), strides = Numbers(stride, errors);
        if (shape.Length != strides.Length || shape.Length > MaximumDimensions)
            throw errors.Damaged($"a tensor has {shape.Length} dimensions and {strides.Length} strides");
        if (!LiesWithin(storage.Count, offset, shape, strides))
        {
            throw errors.Damaged($"a tensor of shape ({string.Join(", ", shape)}), strides ({string.Join(", ", strides)}) from element {offset} on "
                + $"reaches outside its storage of {storage.Count} elements");
        }
        return new PickledTensor(storage, offset, shape, strides);
    }

    /// <summary>_rebuild_parameter(data, requires_grad, backward_hooks).</summary>
    public static object Parameter(ReadOnlySpan<object?> arguments, WeightsErrors errors) =>
        arguments is [PickledTensor tensor, ..] ? tensor : throw errors.Damaged("its pickle makes a parameter of something that is not a tensor");

    private static bool LiesWithin(long count, long offset, long[] shape, long[] strides)
    {
        if (offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
            return false;
        if (shape.Contains(0))
            return offset <= count;
        Int128 last = offset;
        for (int dimension = 0; dimension < shape.Length; dimension++)
            last += (Int128)(shape[dimension] - 1) * strides[dimension];
        return last < count;
    }

    private static long[] Numbers(PickledTuple tuple, WeightsErrors errors) =>
        Array.ConvertAll(tuple.Items, item => item is long number ? number : throw errors.Damaged("a tensor's shape is not made of integers"));
}
