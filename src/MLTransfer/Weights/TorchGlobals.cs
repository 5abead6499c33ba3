using System.Collections.Frozen;
using MLTransfer.Files;

namespace MLTransfer.Weights;

/// <summary>The only names that a pickle of torch.save may ask for; each is ours, nothing of Python's runs.</summary>
internal static class TorchGlobals
{
    // The element types, by the storage class that holds them and by torch's own name.
    private static readonly (string? Storage, string Name, TensorType Type)[] Types =
    [
        ("Double", "float64", TensorType.Float64), ("Float", "float32", TensorType.Float32), ("Half", "float16", TensorType.Float16),
        ("BFloat16", "bfloat16", TensorType.BFloat16), ("Long", "int64", TensorType.Int64), ("Int", "int32", TensorType.Int32),
        ("Short", "int16", TensorType.Int16), ("Char", "int8", TensorType.Int8), ("Byte", "uint8", TensorType.UInt8),
        ("Bool", "bool", TensorType.Bool),
        (null, "uint16", TensorType.UInt16), (null, "uint32", TensorType.UInt32), (null, "uint64", TensorType.UInt64),
    ];

    /// <summary>
    /// What a name stands for: a <see cref="TensorType"/> for a storage class or an element type, a <see cref="PickledFunction"/> for the
    /// rest.
    /// </summary>
    public static readonly FrozenDictionary<string, object> Allowed = All().ToFrozenDictionary(StringComparer.Ordinal);

    private static IEnumerable<KeyValuePair<string, object>> All()
    {
        foreach ((string? storage, string name, TensorType type) in Types)
        {
            yield return new($"torch.{name}", type);
            if (storage is not null)
                yield return new($"torch.{storage}Storage", type);
        }
        yield return new("torch.storage.UntypedStorage", TensorType.UInt8);
        yield return Function("torch._utils._rebuild_tensor", TensorRebuilder.Tensor);
        yield return Function("torch._utils._rebuild_tensor_v2", TensorRebuilder.Tensor);
        yield return Function("torch._utils._rebuild_tensor_v3", TensorRebuilder.TypedTensor);
        yield return Function("torch._utils._rebuild_parameter", TensorRebuilder.Parameter);
        yield return Function("torch._utils._rebuild_parameter_with_state", TensorRebuilder.Parameter);
        yield return Function("torch.nn.parameter.Parameter", TensorRebuilder.Parameter);
        yield return Function("torch.autograd.variable.Variable", TensorRebuilder.Parameter);
        yield return Function("torch.Size", ContainerRebuilder.Size);
        yield return Function("torch.device", ContainerRebuilder.Device);
        foreach ((string name, PickledFunction function) in InertGlobals.All)
            yield return Function(name, function);
    }

    private static KeyValuePair<string, object> Function(string name, PickledFunction function) => new(name, function);
}
