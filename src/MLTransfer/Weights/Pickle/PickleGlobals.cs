using System.Collections.Frozen;

namespace MLTransfer.Weights.Pickle;

/// <summary>The only names that a pickle may ask for; each is ours, nothing of Python's runs.</summary>
internal static class PickleGlobals
{
    private static readonly FrozenDictionary<string, object> Allowed = new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["torch.DoubleStorage"] = TensorType.Float64,
        ["torch.FloatStorage"] = TensorType.Float32,
        ["torch.HalfStorage"] = TensorType.Float16,
        ["torch.BFloat16Storage"] = TensorType.BFloat16,
        ["torch.LongStorage"] = TensorType.Int64,
        ["torch.IntStorage"] = TensorType.Int32,
        ["torch.ShortStorage"] = TensorType.Int16,
        ["torch.CharStorage"] = TensorType.Int8,
        ["torch.ByteStorage"] = TensorType.UInt8,
        ["torch.BoolStorage"] = TensorType.Bool,
        ["torch._utils._rebuild_tensor_v2"] = (PickledFunction)TensorRebuilder.Tensor,
        ["torch._utils._rebuild_parameter"] = (PickledFunction)TensorRebuilder.Parameter,
        ["torch.Size"] = (PickledFunction)Size,
        ["collections.OrderedDict"] = (PickledFunction)OrderedDictionary,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Finds what a name stands for: a <see cref="TensorType"/> for a storage class, a <see cref="PickledFunction"/> for the rest.</summary>
    /// <exception cref="WeightsException">The name is not on the list.</exception>
    public static object Find(string module, string name, WeightsErrors errors) =>
        Allowed.TryGetValue($"{module}.{name}", out object? found) ? found : throw errors.AsksFor($"{module}.{name}");

    private static object Size(ReadOnlySpan<object?> arguments, WeightsErrors errors) =>
        arguments is [PickledTuple shape] ? shape : throw errors.Damaged("its pickle makes a torch.Size of something that is not a tuple");

    private static object OrderedDictionary(ReadOnlySpan<object?> arguments, WeightsErrors errors) =>
        arguments.IsEmpty ? new PickledDictionary() : throw errors.Damaged("its pickle makes an OrderedDict in an unknown way");
}
