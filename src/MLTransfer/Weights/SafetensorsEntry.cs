using System.Text.Json;

namespace MLTransfer.Weights;

/// <summary>
/// One tensor as the header describes it; <paramref name="Start"/> and <paramref name="End"/> count from the end of the header.
/// </summary>
internal sealed record SafetensorsEntry(int Index, string Name, TensorType Type, long[] Shape, long Start, long End)
{
    private const int MaximumDimensions = 16;

    private static readonly (string Name, TensorType Type)[] Types =
    [
        ("BOOL", TensorType.Bool), ("U8", TensorType.UInt8), ("I8", TensorType.Int8), ("I16", TensorType.Int16), ("I32", TensorType.Int32),
        ("I64", TensorType.Int64), ("F16", TensorType.Float16), ("BF16", TensorType.BFloat16), ("F32", TensorType.Float32),
        ("F64", TensorType.Float64),
        ("U16", TensorType.UInt16), ("U32", TensorType.UInt32), ("U64", TensorType.UInt64),
    ];

    /// <summary>What the format calls a type.</summary>
    public static string NameOf(TensorType type) => Array.Find(Types, known => known.Type == type).Name;

    /// <exception cref="WeightsException">The type is unknown, or the place does not fit the shape.</exception>
    /// <exception cref="InvalidOperationException">The element is not what a header has there; so for other exceptions of
    /// <see cref="JsonElement"/>.</exception>
    public static SafetensorsEntry Read(int index, string name, JsonElement element, WeightsErrors errors)
    {
        TensorType type = TypeOf(element.GetProperty("dtype"))
            ?? throw errors.UnknownType(name, element.GetProperty("dtype").GetString() ?? "nothing");
        long[] shape = Numbers(element.GetProperty("shape")), offsets = Numbers(element.GetProperty("data_offsets"));
        if (offsets is not [var start, var end] || start < 0 || end < start || shape.AsSpan().ContainsAnyInRange(long.MinValue, -1))
            throw errors.Damaged($"the tensor '{name}' has an impossible shape or place");
        Int128 bytes = Bytes(shape, type);
        if (bytes != end - start)
            throw errors.Damaged($"the tensor '{name}' has {end - start} bytes; its shape needs {bytes}");
        if (bytes > Array.MaxLength)
            throw errors.Refused($"the tensor '{name}' has {bytes} bytes");
        return new SafetensorsEntry(index, name, type, shape, start, end);
    }

    // From 2^63 on it is only known to be more.
    private static Int128 Bytes(long[] shape, TensorType type) => shape.AsSpan().Contains(0)
        ? 0
        : shape.Aggregate((Int128)type.Size(), (product, size) => product > long.MaxValue ? product : product * size);

    private static TensorType? TypeOf(JsonElement name)
    {
        foreach ((string known, TensorType type) in Types)
        {
            if (name.ValueEquals(known))
                return type;
        }
        return null;
    }

    private static long[] Numbers(JsonElement array)
    {
        if (array.GetArrayLength() > MaximumDimensions)
            throw new FormatException($"a list of {array.GetArrayLength()} numbers is too long");
        long[] numbers = new long[array.GetArrayLength()];
        int index = 0;
        foreach (JsonElement item in array.EnumerateArray())
            numbers[index++] = item.GetInt64();
        return numbers;
    }
}
