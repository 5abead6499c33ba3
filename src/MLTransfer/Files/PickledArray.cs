namespace MLTransfer.Files;

/// <summary>
/// The type of a numpy array's numbers, such as <c>u1</c> for bytes. Its state is the order of bytes, which does not matter for those.
/// </summary>
internal sealed record PickledNumberType(string Name) : IPickledObject
{
    public void SetState(object? state, FileErrors errors)
    {
    }
}

/// <summary>A numpy array as it was pickled: shape, type and raw bytes.</summary>
internal sealed class PickledArray : IPickledObject
{
    private const int MostDimensions = 8;

    public long[] Shape { get; private set; } = [];

    public string Type { get; private set; } = "";

    public byte[] Bytes { get; private set; } = [];

    // (version, shape, type, whether columns come first, bytes)
    public void SetState(object? state, FileErrors errors)
    {
        if (state is not PickledTuple
            {
                Items: [_, PickledTuple { Items.Length: <= MostDimensions } shape, PickledNumberType type,
            var isByColumns, byte[] bytes]
            })
            throw errors.Damaged("its pickle gives a numpy array another state than shape, type and bytes");
        if (isByColumns is true)
            throw errors.Damaged("its numpy array has its columns first; only rows first are read");
        (Shape, Type, Bytes) = (Array.ConvertAll(
            shape.Items, item => item is long number ? number
            : throw errors.Damaged("the shape of its numpy array is not made of integers")), type.Name, bytes);
    }
}
