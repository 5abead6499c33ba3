using MLTransfer.Errors;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Turns floating-point tensors into another precision, rounding as torch does; integers and booleans stay as they are.</summary>
internal static class TensorConversion
{
    private const int LongestName = 120;
    private static readonly TensorType[] Floating = [TensorType.Float16, TensorType.BFloat16, TensorType.Float32, TensorType.Float64];

    public static bool IsFloating(TensorType type) => Floating.Contains(type);

    /// <exception cref="WeightsException">A finite number would become infinite.</exception>
    public static StoredTensor To(TensorType type, StoredTensor stored, string file)
    {
        if (!IsFloating(stored.Type) || stored.Type == type)
            return stored;
        if (stored.Count == 0)
            return stored with { Type = type };
        using var scope = NewDisposeScope();
        Tensor before = TorchTensors.Of(stored), after = before.to(TorchTensors.TypeOf(type));
        if (FiniteOnes(before) != FiniteOnes(after))
        {
            throw new WeightsException(
                file, $"cannot be converted to {type}: '{Printable.Of(stored.Name, LongestName)}' has numbers too large for it",
                "Convert to BFloat16 or Float32, which reach further.");
        }
        return TorchTensors.Stored(stored.Name, after);
    }

    private static long FiniteOnes(Tensor tensor) => tensor.isfinite().sum().item<long>();
}
