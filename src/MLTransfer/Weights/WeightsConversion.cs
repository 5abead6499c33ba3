using MLTransfer.Errors;
using MLTransfer.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace MLTransfer.Weights;

/// <summary>Converts weights files of any readable format to the safetensors format.</summary>
internal static class WeightsConversion
{
    // Twice for a wider type, and more where tensors share a storage, which safetensors cannot express.
    private const int LargestGrowth = 8, LeastAllowed = 1 << 20;

    /// <summary>
    /// Writes all tensors of a file, under the names that <see cref="WeightsFile.Read(string)"/> gives them, into a safetensors file.
    /// </summary>
    /// <param name="input">A <c>.pth</c> or <c>.safetensors</c> file.</param>
    /// <param name="output">The file to write, atomically; an existing one is replaced.</param>
    /// <param name="type">The floating-point type to give to floating-point tensors, rounded to nearest; integers and booleans keep theirs.
    /// Default: null, all keep theirs.</param>
    /// <returns>The description of the new file.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="type"/> is not a floating-point type.</exception>
    /// <exception cref="WeightsException">The input cannot be read, holds numbers that are too large for the type, or has a tensor of
    /// a name that safetensors reserves.</exception>
    /// <exception cref="IOException">The output cannot be written.</exception>
    public static WeightsSummary ToSafetensors(string input, string output, TensorType? type = null)
    {
        if (type is { } wanted && !TensorConversion.IsFloating(wanted))
            throw new ArgumentOutOfRangeException(nameof(type), type, "Numbers can only be converted to a floating-point type.");
        using OpenWeights file = OpenWeights.Open(input);
        CheckNames(file, input);
        CheckGrowth(file, input);
        IReadOnlyDictionary<string, string> metadata = file.Content.Metadata.Count > 0 ? file.Content.Metadata : Origin;
        IEnumerable<StoredTensor> tensors = WeightsFile.Read(file).Values;
        WeightsSummary? summary = null;
        AtomicFile.Write(output, stream =>
        {
            SafetensorsFile.Write(stream, type is { } target ? tensors.Select(tensor => TensorConversion.Convert(target, tensor, input))
                : tensors, metadata);
            // From this stream, not from the output, which may be a FIFO and cannot be read again.
            stream.Position = 0;
            summary = WeightsFile.Summarize(new OpenWeights(stream, new WeightsErrors(output)));
        });
        return summary!;
    }

    // Other readers require it.
    private static IReadOnlyDictionary<string, string> Origin { get; } = new Dictionary<string, string> { ["format"] = "pt" };

    // All other names are allowed, and no content has a name twice.
    private static void CheckNames(OpenWeights file, string input)
    {
        if (file.Tensors.Any(tensor => tensor.Name == SafetensorsHeader.MetadataKey))
            throw new WeightsException(
                input, $"has a tensor called '{SafetensorsHeader.MetadataKey}', a name that the safetensors format uses for its metadata",
                "Save it again under another name.");
    }

    private static void CheckGrowth(OpenWeights file, string input)
    {
        Int128 bytes = file.Tensors.Aggregate((Int128)0, (sum, tensor) => sum + tensor.ByteCount);
        if (bytes > (Int128)file.Length * LargestGrowth + LeastAllowed)
            throw new WeightsErrors(input).Refused(
                $"its tensors repeat their storages so often that a safetensors file of them would have {bytes} bytes, and it has "
                + $"{file.Length}");
    }
}

/// <summary>Converts floating-point tensors to another precision, rounding as torch does; others are returned unchanged.</summary>
internal static class TensorConversion
{
    private const int LongestName = 120;
    private static readonly TensorType[] Floating = [TensorType.Float16, TensorType.BFloat16, TensorType.Float32, TensorType.Float64];

    public static bool IsFloating(TensorType type) => Floating.Contains(type);

    /// <exception cref="WeightsException">A finite number would become infinite.</exception>
    public static StoredTensor Convert(TensorType type, StoredTensor stored, string file)
    {
        if (!IsFloating(stored.Type) || stored.Type == type)
            return stored;
        if (stored.Count == 0)
            return stored with { Type = type };
        using var scope = NewDisposeScope();
        Tensor before = TorchTensors.ToTorch(stored), after = before.to(TorchTensors.ToScalarType(type));
        if (FiniteOnes(before) != FiniteOnes(after))
        {
            throw new WeightsException(
                file, $"cannot be converted to {type}: '{Printable.Sanitize(stored.Name, LongestName)}' has numbers too large for it",
                "Convert to BFloat16 or Float32, which reach further.");
        }
        return TorchTensors.ToStored(stored.Name, after);
    }

    private static long FiniteOnes(Tensor tensor) => tensor.isfinite().sum().item<long>();
}
